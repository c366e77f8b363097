import type { Store } from '../ports/store.js';
import type { Reporter } from '../ports/surroundings.js';
import type { BatchBuilder, Cancellation } from './batch-builder.js';
import type { Dispatcher } from './dispatcher.js';
import { type Meeting, activation, assignment } from './hand-over.js';

export interface GiftParts {
  readonly dispatcher: Dispatcher;
  readonly store: Store;
  readonly reporter: Reporter;
}

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

function work(meeting: Meeting, { dispatcher, store, reporter }: GiftParts): (() => void) | undefined {
  const seat = dispatcher.recipient(meeting.place);
  if (seat === undefined) return undefined;
  const given =
    meeting.taskId === undefined ? activation(meeting, seat.held(meeting.execution.id), store) : assignment(meeting);
  if (given === undefined) return undefined;
  if (!(given instanceof Promise)) return () => seat.deliver(given);
  return () => {
    given.then(
      (read) => seat.deliver(read),
      // The claim stands; when its lease ends the work goes round again.
      (error: unknown) =>
        reporter.error('A turn could not be given to its worker', { executionId: meeting.execution.id, error }),
    );
  };
}

function cancelled({ claim, taskId, reason }: Cancellation, { dispatcher }: GiftParts): (() => void) | undefined {
  const seat = dispatcher.session(claim.sessionId);
  if (seat === undefined) return undefined;
  return () => seat.deliver({ type: 'attempt-cancelled', taskId, token: claim.token, reason });
}
