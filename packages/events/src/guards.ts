import { entityOf } from './match.js';
import { type StateEventEntity, terminalStateEvents } from './names.js';
import type { Frame } from './envelope.js';
import type { FlovynEvent, StateEventNameOf, StateEventPayload, StreamEvent } from './types.js';

type About<Entity extends StateEventEntity> = Extract<StateEventPayload, { event: StateEventNameOf<Entity> }>;

/** Whether the event is news that something changed, made by the server. */
export function isStateEvent(event: FlovynEvent): event is StateEventPayload {
  return event.type === 'Event';
}

/** Whether the event is live output of running code. */
export function isStreamEvent(event: FlovynEvent): event is StreamEvent {
  return event.type !== 'Event';
}

/** Whether the event is about a workflow execution itself. */
export const isWorkflowEvent = /* @__PURE__ */ about('workflow');
/** Whether the event is about a task. */
export const isTaskEvent = /* @__PURE__ */ about('task');
/** Whether the event is about a timer. */
export const isTimerEvent = /* @__PURE__ */ about('timer');
/** Whether the event is about a promise. */
export const isPromiseEvent = /* @__PURE__ */ about('promise');
/** Whether the event is about a child of a workflow. */
export const isChildWorkflowEvent = /* @__PURE__ */ about('childWorkflow');
/** Whether the event is about a recorded side effect. */
export const isOperationEvent = /* @__PURE__ */ about('operation');
/** Whether the event is a wish to stop. */
export const isCancellationEvent = /* @__PURE__ */ about('cancellation');
/** Whether the event is about a key of a workflow's state. */
export const isStateKeyEvent = /* @__PURE__ */ about('state');
/** Whether the event is a wish to try again. */
export const isRetryEvent = /* @__PURE__ */ about('retry');

/** Whether nothing more is to come of the thing the event is about. A failed attempt that is retried is not the end. */
export function isTerminal(event: FlovynEvent): boolean {
  if (event.type !== 'Event') return false;
  const ends = (terminalStateEvents as Record<string, true | 'unless-pending' | undefined>)[event.event];
  if (ends !== 'unless-pending') return ends === true;
  return !('status' in event.data && event.data.status === 'PENDING');
}

/** Whether the frame is the last of its execution's stream, until someone asks for a retry. */
export function endsExecution(frame: Frame): boolean {
  const { event, executionId } = frame;
  return (isWorkflowEvent(event) || isTaskEvent(event)) && event.data.id === executionId && isTerminal(event);
}

function about<Entity extends StateEventEntity>(entity: Entity) {
  return (event: FlovynEvent): event is About<Entity> => event.type === 'Event' && entityOf(event) === entity;
}
