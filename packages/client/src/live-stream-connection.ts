import { type DecodedMessage, createSseDecoder, decodeMessage } from '@flovyn/events/sse';
import { ServiceError } from '@flovyn/protocol';

import type { LiveStreamEvent } from './live-stream-state.js';
import { errorFromResponse, misunderstood, retryAfterMs, tooLate, unreachable } from './refusal.js';
import type { Patience } from './patience.js';
import type { Surroundings } from './surroundings.js';
import { within } from './within.js';

export interface Conversation {
  /** Sends the request. */
  readonly open: (signal: AbortSignal) => Promise<Response>;
  /** What is being read, for messages to people. */
  readonly attempted: string;
  /** Hears what happens, with the size of what was received. */
  readonly tell: (event: LiveStreamEvent, size: number) => void;
  /** Resolves when more may be read. */
  readonly room: () => Promise<void>;
  /** Aborted when nobody listens any more: the rest of what was received is not told. */
  readonly signal: AbortSignal;
  readonly patience: Pick<Patience, 'connectMs' | 'silenceMs'>;
  readonly surroundings: Surroundings;
}

/**
 * One connection, from the request to its end: tells what happens as events. Never rejects. It reads the next bytes only
 * when there is room, so a slow reader slows the server down instead of filling the memory.
 */
export async function converse(conversation: Conversation): Promise<void> {
  const { attempted, tell, surroundings } = conversation;
  const { connectMs } = conversation.patience;
  try {
    const greeting = await within(connectMs, greet(conversation), surroundings.after);
    if (greeting.late) return tell({ type: 'unreachable', error: tooLate(attempted, connectMs) }, 0);
    const { event, body } = greeting.value;
    tell(event, 0);
    if (body !== undefined) await listen(body, conversation);
  } catch (error) {
    tell({ type: 'unreachable', error: unreachable(attempted, error) }, 0);
  }
}

interface Greeting {
  readonly event: LiveStreamEvent;
  /** What is to be read, when the server agreed to stream. */
  readonly body?: ReadableStream<Uint8Array>;
}

async function greet(conversation: Conversation): Promise<Greeting> {
  const response = await conversation.open(conversation.signal);
  if (response.status === 204) return { event: { type: 'exhausted' } };
  if (!response.ok) return { event: await refused(response, conversation) };
  if (response.body === null || !isEventStream(response))
    return { event: misdirected(response, conversation.attempted) };
  return { event: { type: 'opened' }, body: response.body };
}

async function listen(body: ReadableStream<Uint8Array>, conversation: Conversation): Promise<void> {
  const { attempted, tell, room, signal, surroundings } = conversation;
  const { silenceMs } = conversation.patience;
  const decoder = createSseDecoder();
  const reader = body.getReader();
  const openedAt = surroundings.now();
  let heardAt = openedAt;
  const lost = (why: string, code: 'UNAVAILABLE' | 'DEADLINE_EXCEEDED' = 'UNAVAILABLE', cause?: unknown) =>
    tell(
      {
        type: 'lost',
        error: new ServiceError(code, `${attempted}: ${why}`, { cause }),
        healthyMs: heardAt - openedAt,
      },
      0,
    );
  try {
    for (;;) {
      await room();
      // The clock of silence runs while we listen, not while the reader of this stream takes its time.
      const read = await within(silenceMs, reader.read(), surroundings.after);
      if (read.late) return lost(`the connection was silent for ${silenceMs} ms`, 'DEADLINE_EXCEEDED');
      if (read.value.done) return lost('the connection was closed before the end of the stream');
      heardAt = surroundings.now();
      for (const message of decoder.push(read.value.value)) {
        const event = toEvent(decodeMessage(message, { format: 'json' }));
        if (event !== undefined) tell(event, message.kind === 'message' ? message.data.length : 0);
        if (signal.aborted) return;
      }
    }
  } catch (error) {
    lost('the connection broke', 'UNAVAILABLE', error);
  } finally {
    // What a body says after nobody listens, even that it broke, is of no interest.
    reader.cancel().catch(() => undefined);
  }
}

/** What a message means to the stream; comments mean that somebody is there, which its arrival has said already. */
function toEvent(message: DecodedMessage): LiveStreamEvent | undefined {
  switch (message.kind) {
    case 'entry':
    case 'unknown':
    case 'invalid':
    case 'malformed':
      return { type: 'entry', entry: message };
    case 'ready':
      return { type: 'ready', epoch: message.epoch, head: message.head, isPart: message.below !== undefined };
    case 'gap':
      return { type: 'gap', gap: message };
    case 'end':
      return { type: 'end', status: message.status };
    case 'retry':
      return { type: 'retry-hint', delayMs: message.delayMs };
    case 'overflow': {
      const reason = `a message longer than ${message.limit} characters was dropped`;
      return { type: 'entry', entry: { kind: 'malformed', reason, raw: undefined } };
    }
    case 'bare': {
      const reason = 'an event without a frame, which only the plain format has';
      return { type: 'entry', entry: { kind: 'malformed', reason, raw: message.event } };
    }
    case 'comment':
      return undefined;
  }
}

async function refused(response: Response, { attempted, surroundings }: Conversation): Promise<LiveStreamEvent> {
  return {
    type: 'refused',
    error: await errorFromResponse(response, attempted, surroundings.now()),
    outlook: outlookOf(response.status),
    retryAfterMs: retryAfterMs(response, surroundings.now()),
  };
}

/** Whether asking again can help. A server's own failure may pass, so it counts as weather here. */
function outlookOf(status: number): 'hopeless' | 'not-yet' | 'later' {
  if (status === 404) return 'not-yet';
  const isWeather = status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501);
  return isWeather ? 'later' : 'hopeless';
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.toLowerCase().startsWith('text/event-stream') === true;
}

function misdirected(response: Response, attempted: string): LiveStreamEvent {
  const type = response.headers.get('content-type') ?? 'nothing';
  const what = `${type} instead of an event stream; is baseUrl the address of a Flovyn server?`;
  return { type: 'refused', error: misunderstood(attempted, what), outlook: 'hopeless', retryAfterMs: undefined };
}
