import { type ExecutionId, type Guest, type Neighbours, type OrgId, type QueryRequest } from '@flovyn/engine';
import { type Json, ServiceError } from '@flovyn/protocol';
import type { Msg } from '@nats-io/transport-node';
import type { Link } from './link.js';
import { claimSubject, questionSubject } from './subjects.js';

/** 1 s on top of what an answer may take: the refusal of the process that asked its worker in vain is on its way. */
const SLACK_MS = 1_000;

/** Those who hold claims are addressed by their id: only the process that has them listens there. */
export function createGuests(link: Link): Pick<Neighbours, 'claimEnded' | 'host' | 'ask'> {
  const byKind = createCrews(link);
  return {
    claimEnded(holder, token) {
      const subject = claimSubject(holder);
      if (subject !== undefined) link.publish(subject, token);
    },
    host(holder, guest) {
      const claims = claimSubject(holder);
      const questions = questionSubject({ holder });
      if (claims === undefined || questions === undefined) return () => undefined;
      const stops = [link.listen(claims, (message) => guest.claimEnded(message.string()))];
      const { runs } = guest;
      if (runs !== undefined) {
        stops.push(link.listen(questions, (message) => void answer(message, guest)));
        const { orgId, queue } = runs;
        for (const kind of runs.kinds) stops.push(byKind.join(questionSubject({ orgId, queue, kind }), guest));
      }
      return () => stops.forEach((stop) => stop());
    },
    async ask(whom, question) {
      const subject = questionSubject(whom);
      if (subject === undefined) return undefined;
      const message = await link.request(subject, JSON.stringify(question), question.timeoutMs + SLACK_MS);
      const reply = message === undefined ? undefined : readReply(message.string());
      if (reply === undefined || 'none' in reply) return undefined;
      if ('refusal' in reply) throw new ServiceError('DEADLINE_EXCEEDED', reply.refusal);
      return reply;
    },
  };
}

/** Those of this process who can run the same code: one listens for all of them, and one of all processes is asked. */
function createCrews(link: Link) {
  const crews = new Map<string, { readonly guests: Set<Guest>; readonly stop: () => void }>();
  const open = (subject: string) => {
    const guests = new Set<Guest>();
    const heard = (message: Msg): void => {
      for (const guest of guests) return void answer(message, guest);
    };
    const crew = { guests, stop: link.listen(subject, heard, CREW) };
    crews.set(subject, crew);
    return crew;
  };
  return {
    join(subject: string | undefined, guest: Guest): () => void {
      if (subject === undefined) return () => undefined;
      const crew = crews.get(subject) ?? open(subject);
      crew.guests.add(guest);
      return () => {
        crew.guests.delete(guest);
        if (crew.guests.size > 0 || crews.get(subject) !== crew) return;
        crews.delete(subject);
        crew.stop();
      };
    },
  };
}

const CREW = 'flovyn';

type Reply = { readonly result: Json } | { readonly error: string } | { readonly refusal: string } | { none: true };

async function answer(message: Msg, guest: Guest): Promise<void> {
  const question = readQuestion(message.string());
  const reply: Reply =
    question === undefined
      ? { none: true }
      : await guest.asked(question).then(
          (answered) => answered ?? { none: true },
          (error: unknown) => {
            const { code, message: why } = ServiceError.from(error);
            return code === 'DEADLINE_EXCEEDED' ? { refusal: why } : { none: true };
          },
        );
  try {
    message.respond(JSON.stringify(reply));
  } catch {
    // Larger than NATS takes, or its connection has just ended: what is stored answers.
    message.respond(JSON.stringify({ none: true } satisfies Reply));
  }
}

function readQuestion(text: string): QueryRequest | undefined {
  const { orgId, id, name, params, timeoutMs } = fieldsOf(text);
  if ([orgId, id, name, params].some((part) => typeof part !== 'string') || typeof timeoutMs !== 'number') {
    return undefined;
  }
  return { orgId: orgId as OrgId, id: id as ExecutionId, name: name as string, params: params as Json, timeoutMs };
}

function readReply(text: string): Reply | undefined {
  const { result, error, refusal } = fieldsOf(text);
  if (typeof result === 'string') return { result: result as Json };
  if (typeof error === 'string') return { error };
  return typeof refusal === 'string' ? { refusal } : undefined;
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
