/**
 * Validators of the contract, made with `zod/mini`, for the door of a server. Each value has a type of the same name,
 * which is that of `@flovyn/events`. Readers need none of this: `decode` and `decodeFrame` carry no library.
 *
 * @packageDocumentation
 */

import * as z from 'zod/mini';

import * as envelope from './envelope.js';
import * as live from './registry/stream.js';
import { stateEventShapes } from './shapes.js';
import * as shapes from './snapshots/index.js';
import type {
  FlovynEvent as AnyEvent,
  StateEventName,
  StateEventPayload as AnyStateEvent,
  StreamEvent as AnyStreamEvent,
} from './types.js';
import { objectSchema } from './zod.js';

export {
  type ParsedStreamEvent,
  type ParsedStreamEventText,
  type RefusalReason,
  parseStreamEvent,
  parseStreamEventText,
} from './ingress.js';
export { STREAM_EVENT_MAX_BYTES } from './limits.js';
export { checkStateEvent } from './outgoing.js';
export { STREAM_NAME_RULE, isStreamName } from './user-stream.js';

/** A workflow execution as it was when the event happened. */
export const WorkflowSnapshot = /* @__PURE__ */ objectSchema(shapes.WorkflowSnapshot);
export type WorkflowSnapshot = shapes.WorkflowSnapshot;
/** A workflow execution that failed: `error` says why. */
export const WorkflowFailedSnapshot = /* @__PURE__ */ objectSchema(shapes.WorkflowFailedSnapshot);
export type WorkflowFailedSnapshot = shapes.WorkflowFailedSnapshot;
/** A workflow execution that gave up its worker: `suspendType` names the wait, `waitingOn` lists all of them. */
export const WorkflowSuspendedSnapshot = /* @__PURE__ */ objectSchema(shapes.WorkflowSuspendedSnapshot);
export type WorkflowSuspendedSnapshot = shapes.WorkflowSuspendedSnapshot;
/** A task as it was when the event happened. */
export const TaskSnapshot = /* @__PURE__ */ objectSchema(shapes.TaskSnapshot);
export type TaskSnapshot = shapes.TaskSnapshot;
/** A task one attempt of which failed: `status` is PENDING when another attempt follows, `error` says why. */
export const TaskFailedSnapshot = /* @__PURE__ */ objectSchema(shapes.TaskFailedSnapshot);
export type TaskFailedSnapshot = shapes.TaskFailedSnapshot;
/** A timer of a workflow; `timerId` is unique in its execution. */
export const TimerSnapshot = /* @__PURE__ */ objectSchema(shapes.TimerSnapshot);
export type TimerSnapshot = shapes.TimerSnapshot;
/** A timer that was set: `fireAtMs` is when it is due, in milliseconds since 1970. */
export const TimerStartedSnapshot = /* @__PURE__ */ objectSchema(shapes.TimerStartedSnapshot);
export type TimerStartedSnapshot = shapes.TimerStartedSnapshot;
/** A promise: a named wait that is settled once, from outside. `result` is JSON text. */
export const PromiseSnapshot = /* @__PURE__ */ objectSchema(shapes.PromiseSnapshot);
export type PromiseSnapshot = shapes.PromiseSnapshot;
/** A promise that was rejected: `error` says why. */
export const PromiseRejectedSnapshot = /* @__PURE__ */ objectSchema(shapes.PromiseRejectedSnapshot);
export type PromiseRejectedSnapshot = shapes.PromiseRejectedSnapshot;
/** A child as its parent sees it. */
export const ChildWorkflowSnapshot = /* @__PURE__ */ objectSchema(shapes.ChildWorkflowSnapshot);
export type ChildWorkflowSnapshot = shapes.ChildWorkflowSnapshot;
/** A child that failed, or that could not be cancelled: `error` says why. */
export const ChildWorkflowFailedSnapshot = /* @__PURE__ */ objectSchema(shapes.ChildWorkflowFailedSnapshot);
export type ChildWorkflowFailedSnapshot = shapes.ChildWorkflowFailedSnapshot;
/** A side effect that was recorded once; `result` is JSON text. */
export const OperationSnapshot = /* @__PURE__ */ objectSchema(shapes.OperationSnapshot);
export type OperationSnapshot = shapes.OperationSnapshot;
/** A wish that an execution ends before it is done. */
export const CancellationSnapshot = /* @__PURE__ */ objectSchema(shapes.CancellationSnapshot);
export type CancellationSnapshot = shapes.CancellationSnapshot;
/** One key of a workflow's state; `value` is JSON text. */
export const StateSnapshot = /* @__PURE__ */ objectSchema(shapes.StateSnapshot);
export type StateSnapshot = shapes.StateSnapshot;
/** One key of a workflow's state that was given a value. */
export const StateSetSnapshot = /* @__PURE__ */ objectSchema(shapes.StateSetSnapshot);
export type StateSetSnapshot = shapes.StateSetSnapshot;
/** A failed execution or standalone task that is to be tried again; `attempt` is the number of the coming attempt. */
export const RetrySnapshot = /* @__PURE__ */ objectSchema(shapes.RetrySnapshot);
export type RetrySnapshot = shapes.RetrySnapshot;

/** A piece of text, to be joined to the pieces before it. An empty one is legal. */
export const TokenEvent = /* @__PURE__ */ objectSchema(live.TokenEvent);
export type TokenEvent = live.TokenEvent;
/** How far the work is, from 0 to 1, and in words when `details` is there. */
export const ProgressEvent = /* @__PURE__ */ objectSchema(live.ProgressEvent);
export type ProgressEvent = live.ProgressEvent;
/** A value of the author's own: any JSON. */
export const DataEvent = /* @__PURE__ */ objectSchema(live.DataEvent);
export type DataEvent = live.DataEvent;
/** Something went wrong and the work goes on; an error that ends an attempt is TASK_FAILED. */
export const ErrorEvent = /* @__PURE__ */ objectSchema(live.ErrorEvent);
export type ErrorEvent = live.ErrorEvent;

/** All of a frame but its event. */
export const FrameHead = /* @__PURE__ */ objectSchema(envelope.FrameHead);
/** What the `ready` frame carries. */
export const ReadyData = /* @__PURE__ */ objectSchema(envelope.ReadyData);
/** What a `gap` frame carries. */
export const GapData = /* @__PURE__ */ objectSchema(envelope.GapData);
/** What the `end` frame carries. */
export const EndData = /* @__PURE__ */ objectSchema(envelope.EndData);

/** The validator of one state event, by name. */
export function stateEventSchema<Name extends StateEventName>(name: Name): z.ZodMiniType<AnyStateEvent<Name>> {
  const data = objectSchema(stateEventShapes[name]);
  const event = z.object({
    type: z.literal('Event'),
    event: z.literal(name),
    data,
    timestampMs: z.int().check(z.gte(0)),
  });
  return event as unknown as z.ZodMiniType<AnyStateEvent<Name>>;
}

/** Any state event. To read, use `decode`: it tells an unknown name from a wrong payload. */
export const StateEventPayload = /* @__PURE__ */ z.union(
  /* @__PURE__ */ (Object.keys(stateEventShapes) as StateEventName[]).map((name) => stateEventSchema(name)),
) as z.ZodMiniType<AnyStateEvent>;
export type StateEventPayload = AnyStateEvent;

/** Any stream event. At ingress use `parseStreamEvent`, which knows the rules of writing too. */
export const StreamEvent = /* @__PURE__ */ z.union([TokenEvent, ProgressEvent, DataEvent, ErrorEvent]);
export type StreamEvent = AnyStreamEvent;

/** Anything a stream can carry. */
export const FlovynEvent = /* @__PURE__ */ z.union([StateEventPayload, StreamEvent]);
export type FlovynEvent = AnyEvent;

/** A whole frame. To read, use `decodeFrame`. */
export const Frame = /* @__PURE__ */ z.extend(FrameHead, { event: FlovynEvent });
export type Frame = envelope.Frame;
