import { type Client, type LiveStream, type StreamTarget, createClient } from '@flovyn/client';
import { isStateEvent } from '@flovyn/events';
import type { Capture, CaptureLine } from '../check/evidence.js';
import { digestOf, nameOf, subjectOf } from '../check/digest.js';
import type { Org } from '../town/orgs.js';

export interface ReaderOptions {
  readonly name: string;
  readonly org: Org;
  readonly target: StreamTarget;
  /** Where it reads: at the first, and after each cut of its own at the next. */
  readonly servers: readonly [string, ...string[]];
  /** It cuts itself after so many entries each, and goes on from the last one. */
  readonly cutsAfter?: readonly number[];
}

/** A subscriber, and everything it was told. */
export interface Reader {
  /** When it has read to the end, or could not. */
  readonly done: Promise<void>;
  readonly entries: () => number;
  /** How often it went on after its connection was lost, refused, or cut by itself. */
  readonly resumes: () => number;
  readonly capture: () => Capture;
  close(): void;
}

/** Silence of a server that keeps its streams alive every 15 s. */
const PATIENCE = { connectMs: 20_000, silenceMs: 20_000 };
/** Whoever has waited so long for the next try presses the button: faults come faster than a client would come back. */
const WAIT_MS = 4_000;

export function read({ name, org, target, servers, cutsAfter = [] }: ReaderOptions): Reader {
  const lines: CaptureLine[] = [];
  const clients = servers.map((baseUrl): Client => createClient({ baseUrl, org: org.slug, apiKey: org.user }));
  let entries = 0;
  let lastId: string | undefined;
  let current: LiveStream | undefined;
  let isClosed = false;
  let hasEnded = false;
  let error: string | undefined;

  /** @returns whether there is more to read. */
  const readOnce = async (client: Client, most: number): Promise<boolean> => {
    const stream = client.stream(target, {
      patience: PATIENCE,
      awaitCreationMs: 120_000,
      ...(lastId === undefined ? {} : { lastEventId: lastId }),
    });
    current = stream;
    if (isClosed) stream.close();
    let left = most;
    for await (const message of stream) {
      switch (message.kind) {
        case 'status':
          if (message.status.state !== 'waiting') break;
          lines.push({ type: 'cut' });
          setTimeout(() => stream.reconnectNow(), WAIT_MS).unref();
          break;
        case 'gap':
          lines.push({ type: 'gap', from: message.from, to: message.to, reason: message.reason });
          break;
        case 'entry': {
          const { frame, id = '' } = message;
          entries += 1;
          lastId = id;
          lines.push({
            type: 'entry',
            id,
            execution: frame.executionId,
            seq: frame.seq,
            name: nameOf(frame),
            isNews: isStateEvent(frame.event),
            subject: subjectOf(frame),
            digest: digestOf(frame),
          });
          left -= 1;
          break;
        }
        default:
          lines.push({ type: 'odd', what: JSON.stringify(message) });
      }
      if (left === 0) return true;
    }
    hasEnded = stream.status.state === 'ended';
    return false;
  };
  const readAll = async (): Promise<void> => {
    for (const [index, most] of [...cutsAfter, Number.POSITIVE_INFINITY].entries()) {
      const client = clients[index % clients.length];
      if (client === undefined || isClosed || !(await readOnce(client, most))) return;
      lines.push({ type: 'cut' });
    }
  };
  const done = readAll().catch((caught: unknown) => {
    error = String(caught);
  });
  return {
    done,
    entries: () => entries,
    resumes: () => lines.filter(({ type }) => type === 'cut').length,
    capture: () => ({
      name,
      org: org.id,
      execution: 'taskExecutionId' in target ? target.taskExecutionId : target.workflowExecutionId,
      isFamily: 'consolidated' in target && target.consolidated === true,
      lines,
      hasEnded,
      error,
    }),
    close() {
      isClosed = true;
      current?.close();
    },
  };
}
