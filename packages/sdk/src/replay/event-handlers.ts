import type { HistoryEventName } from '@flovyn/protocol';
import type { WorkflowContext, WorkflowHandlers } from '../types.js';
import type { Cancellation } from './cancellation.js';
import type { Children } from './children.js';
import { type Fact, valueOf } from './fact.js';
import type { Operations } from './operations.js';
import type { DurablePromises } from './promises.js';
import type { Signals } from './signals.js';
import type { WorkflowState } from './state.js';
import type { Tasks } from './tasks.js';
import type { Timers } from './timers.js';

/** Everything facts can concern. */
export interface Parts {
  readonly tasks: Tasks;
  readonly timers: Timers;
  readonly promises: DurablePromises;
  readonly children: Children;
  readonly operations: Operations;
  readonly state: WorkflowState;
  readonly signals: Signals;
  readonly cancellation: Cancellation;
  readonly handlers: WorkflowHandlers['signals'];
  readonly ctx: WorkflowContext;
  /** Runs the workflow function. */
  start(recordedInput: unknown): void;
}

/** What a fact means to a replay. */
interface FactHandler {
  /** When it becomes known, ahead of its turn: commands are matched with the whole of the history there is. */
  readonly record?: (parts: Parts, fact: Fact) => void;
  /** In its turn. True when it may have moved the code. */
  readonly deliver?: (parts: Parts, fact: Fact) => boolean;
  /** True when the code was played at least until here. */
  readonly endsTurn?: true;
}

const taskEnd: FactHandler = {
  record: (parts, fact) => parts.tasks.recordEnd(fact),
  deliver: (parts, fact) => parts.tasks.deliverEnd(fact),
};
const timerEnd: FactHandler = {
  record: (parts, fact) => parts.timers.recordEnd(fact),
  deliver: (parts, fact) => parts.timers.deliverEnd(fact),
};
const promiseEnd: FactHandler = { deliver: (parts, fact) => parts.promises.deliverEnd(fact) };
const childEnd: FactHandler = {
  record: (parts, fact) => parts.children.recordEnd(fact),
  deliver: (parts, fact) => parts.children.deliverEnd(fact),
};
const stateWrite: FactHandler = { record: (parts, fact) => parts.state.record(fact) };
const turnEnd: FactHandler = { endsTurn: true };
/** Of interest to people only. */
const nothing: FactHandler = {};

/** What each kind of fact means. A kind of the contract without an answer here does not compile. */
export const factHandlers: Record<HistoryEventName, FactHandler> = {
  WORKFLOW_STARTED: {
    deliver: (parts, fact) => {
      parts.start(valueOf(fact.data, 'input'));
      return true;
    },
  },
  TASK_SCHEDULED: { record: (parts, fact) => parts.tasks.recordScheduled(fact) },
  TASK_COMPLETED: taskEnd,
  TASK_FAILED: taskEnd,
  TASK_CANCELLED: taskEnd,
  TIMER_STARTED: { record: (parts, fact) => parts.timers.recordStarted(fact) },
  TIMER_FIRED: timerEnd,
  TIMER_CANCELLED: timerEnd,
  PROMISE_CREATED: { record: (parts, fact) => parts.promises.recordCreated(fact) },
  PROMISE_RESOLVED: promiseEnd,
  PROMISE_REJECTED: promiseEnd,
  PROMISE_TIMEOUT: promiseEnd,
  CHILD_WORKFLOW_INITIATED: { record: (parts, fact) => parts.children.recordInitiated(fact) },
  CHILD_WORKFLOW_STARTED: nothing,
  CHILD_WORKFLOW_COMPLETED: childEnd,
  CHILD_WORKFLOW_FAILED: childEnd,
  CHILD_WORKFLOW_CANCELLED: childEnd,
  CHILD_WORKFLOW_CANCELLATION_REQUESTED: { record: (parts, fact) => parts.children.recordCancelRequested(fact) },
  CHILD_WORKFLOW_CANCELLATION_FAILED: nothing,
  CHILD_WORKFLOW_SIGNALLED: { record: (parts, fact) => parts.children.recordSignalled(fact) },
  OPERATION_COMPLETED: { record: (parts, fact) => parts.operations.record(fact) },
  STATE_SET: stateWrite,
  STATE_CLEARED: stateWrite,
  SIGNAL_RECEIVED: { deliver: (parts, fact) => parts.signals.deliver(fact, parts.ctx, parts.handlers) },
  CANCELLATION_REQUESTED: {
    record: (parts) => parts.cancellation.record(),
    deliver: (parts, fact) => parts.cancellation.deliver(fact),
  },
  WORKFLOW_SUSPENDED: turnEnd,
  WORKFLOW_COMPLETED: turnEnd,
  WORKFLOW_EXECUTION_FAILED: turnEnd,
  WORKFLOW_CANCELLED: turnEnd,
  // The code runs on from where it was; what had failed is decided again by the code itself.
  RETRY_REQUESTED: nothing,
};

/** True for facts that only a played turn makes: the records of its commands, and its end. */
export function isMadeByTurn(type: string): boolean {
  if (!isKnownFact({ type })) return false;
  const handler = factHandlers[type as HistoryEventName];
  return handler.endsTurn === true || (handler.record !== undefined && handler.deliver === undefined);
}

export function isKnownFact<F extends { readonly type: string }>(
  fact: F,
): fact is F & { readonly type: HistoryEventName } {
  return Object.hasOwn(factHandlers, fact.type);
}
