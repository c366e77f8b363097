import type { Store } from '../ports/store.js';
import type { Reporter, Timer } from '../ports/surroundings.js';
import type { BatchBuilder, Cancellation } from './batch-builder.js';
import type { Dispatcher, Seat } from './dispatcher.js';
import { type Activation, type Meeting, activation, assignment } from './hand-over.js';

export interface GiftParts {
  readonly dispatcher: Dispatcher;
  readonly store: Store;
  readonly reporter: Reporter;
  readonly timer: Timer;
}

/** Between two tries to read what goes with a turn. */
const READ_AGAIN_MS = 1_000;

/**
 * What a stored batch gives to workers, made at once - the next batch may move the executions on - and given when the
 * answer is called; `undefined` when there is nothing to give.
 */
export function prepareGifts(built: BatchBuilder, parts: GiftParts): (() => void) | undefined {
  const gifts: (() => void)[] = [];
  for (const meeting of built.meetings) {
    const give = work(meeting, parts);
    if (give !== undefined) gifts.push(give);
  }
  for (const cancellation of built.cancellations) {
    const give = cancelled(cancellation, parts);
    if (give !== undefined) gifts.push(give);
  }
  if (gifts.length === 0) return undefined;
  return () => {
    for (const give of gifts) give();
  };
}

function work(meeting: Meeting, parts: GiftParts): (() => void) | undefined {
  const { dispatcher, store } = parts;
  const seat = dispatcher.recipient(meeting.place);
  if (seat === undefined) return undefined;
  const given =
    meeting.taskId === undefined ? activation(meeting, seat.held(meeting.execution.id), store) : assignment(meeting);
  if (given === undefined) return undefined;
  if (typeof given !== 'function') return () => seat.deliver(given);
  return () => readAndGive(given, seat, meeting, parts);
}

/** A session that lives keeps its claims: nobody else would ever be given this turn, so it is tried until it is over. */
function readAndGive(read: () => Promise<Activation>, seat: Seat, meeting: Meeting, parts: GiftParts): void {
  const { place, execution } = meeting;
  const { dispatcher, reporter, timer } = parts;
  read().then(
    (given) => seat.deliver(given),
    (error: unknown) => {
      reporter.error('A turn could not be given to its worker', { executionId: execution.id, error });
      timer.after(READ_AGAIN_MS, () => {
        const present = dispatcher.session(place.sessionId);
        if (present?.holder.turns.has(place.token) === true) readAndGive(read, present, meeting, parts);
      });
    },
  );
}

function cancelled({ claim, taskId, reason }: Cancellation, { dispatcher }: GiftParts): (() => void) | undefined {
  const seat = dispatcher.session(claim.sessionId);
  if (seat === undefined) return undefined;
  return () => seat.deliver({ type: 'attempt-cancelled', taskId, token: claim.token, reason });
}
