import { invariant } from '@flovyn/protocol';
import type { WaitOccurrence } from '../occurrence.js';
import { type Wait, type WaitRef, waitName } from './state.js';

/** What an occurrence happens to. */
export function waitOf(occurrence: WaitOccurrence): WaitRef {
  switch (occurrence.type) {
    case 'TIMER_STARTED':
    case 'TIMER_FIRED':
    case 'TIMER_CANCELLED':
      return { type: 'timer', key: occurrence.timerId };
    case 'PROMISE_CREATED':
    case 'PROMISE_RESOLVED':
    case 'PROMISE_REJECTED':
    case 'PROMISE_TIMED_OUT':
      return { type: 'promise', key: occurrence.key };
    case 'CHILD_INITIATED':
    case 'CHILD_STARTED':
    case 'CHILD_COMPLETED':
    case 'CHILD_FAILED':
    case 'CHILD_CANCELLATION_REQUESTED':
    case 'CHILD_CANCELLATION_FAILED':
    case 'CHILD_SIGNALLED':
      return { type: 'child', key: occurrence.childId };
  }
}

/**
 * The wait after an occurrence; `undefined` where nothing is kept of it. A wait is opened once, closed once, and told
 * nothing after that. Pure.
 */
export function evolveWait(before: Wait | undefined, occurrence: WaitOccurrence, sequence: number): Wait | undefined {
  switch (occurrence.type) {
    case 'TIMER_STARTED':
      return opened(before, {
        type: 'timer',
        key: occurrence.timerId,
        sequence,
        open: true,
        dueAt: occurrence.fireAtMs,
      });
    case 'PROMISE_CREATED':
      return opened(before, {
        type: 'promise',
        key: occurrence.key,
        name: occurrence.promiseName,
        promiseId: occurrence.promiseId,
        sequence,
        open: true,
        ...(occurrence.timeoutAt === undefined ? {} : { dueAt: occurrence.timeoutAt }),
      });
    case 'CHILD_INITIATED':
      return opened(before, {
        type: 'child',
        key: occurrence.childId,
        name: occurrence.childName,
        kind: occurrence.kind,
        sequence,
        open: true,
      });
    case 'TIMER_FIRED':
    case 'TIMER_CANCELLED':
    case 'PROMISE_RESOLVED':
    case 'PROMISE_REJECTED':
    case 'PROMISE_TIMED_OUT':
    case 'CHILD_COMPLETED':
    case 'CHILD_FAILED':
      invariant(before?.open === true, `${occurrence.type} closes ${waitName(waitOf(occurrence))}, which is open`);
      return { ...before, open: false };
    // Asked of a child that may have ended long ago.
    case 'CHILD_CANCELLATION_FAILED':
    case 'CHILD_STARTED':
    case 'CHILD_CANCELLATION_REQUESTED':
    case 'CHILD_SIGNALLED':
      return before;
  }
}

function opened(before: Wait | undefined, wait: Wait): Wait {
  invariant(before === undefined, `${waitName(wait)} is opened once`);
  return wait;
}

const waitOccurrences: Readonly<Record<WaitOccurrence['type'], true>> = {
  TIMER_STARTED: true,
  TIMER_FIRED: true,
  TIMER_CANCELLED: true,
  PROMISE_CREATED: true,
  PROMISE_RESOLVED: true,
  PROMISE_REJECTED: true,
  PROMISE_TIMED_OUT: true,
  CHILD_INITIATED: true,
  CHILD_STARTED: true,
  CHILD_COMPLETED: true,
  CHILD_FAILED: true,
  CHILD_CANCELLATION_REQUESTED: true,
  CHILD_CANCELLATION_FAILED: true,
  CHILD_SIGNALLED: true,
};

export function isWaitOccurrence(occurrence: { readonly type: string }): occurrence is WaitOccurrence {
  return Object.hasOwn(waitOccurrences, occurrence.type);
}
