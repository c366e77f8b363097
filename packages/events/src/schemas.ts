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

export const WorkflowSnapshot = /* @__PURE__ */ objectSchema(shapes.WorkflowSnapshot);
export type WorkflowSnapshot = z.infer<typeof WorkflowSnapshot>;
export const WorkflowFailedSnapshot = /* @__PURE__ */ objectSchema(shapes.WorkflowFailedSnapshot);
export type WorkflowFailedSnapshot = z.infer<typeof WorkflowFailedSnapshot>;
export const WorkflowSuspendedSnapshot = /* @__PURE__ */ objectSchema(shapes.WorkflowSuspendedSnapshot);
export type WorkflowSuspendedSnapshot = z.infer<typeof WorkflowSuspendedSnapshot>;
export const TaskSnapshot = /* @__PURE__ */ objectSchema(shapes.TaskSnapshot);
export type TaskSnapshot = z.infer<typeof TaskSnapshot>;
export const TaskFailedSnapshot = /* @__PURE__ */ objectSchema(shapes.TaskFailedSnapshot);
export type TaskFailedSnapshot = z.infer<typeof TaskFailedSnapshot>;
export const TimerSnapshot = /* @__PURE__ */ objectSchema(shapes.TimerSnapshot);
export type TimerSnapshot = z.infer<typeof TimerSnapshot>;
export const TimerStartedSnapshot = /* @__PURE__ */ objectSchema(shapes.TimerStartedSnapshot);
export type TimerStartedSnapshot = z.infer<typeof TimerStartedSnapshot>;
export const PromiseSnapshot = /* @__PURE__ */ objectSchema(shapes.PromiseSnapshot);
export type PromiseSnapshot = z.infer<typeof PromiseSnapshot>;
export const PromiseRejectedSnapshot = /* @__PURE__ */ objectSchema(shapes.PromiseRejectedSnapshot);
export type PromiseRejectedSnapshot = z.infer<typeof PromiseRejectedSnapshot>;
export const ChildWorkflowSnapshot = /* @__PURE__ */ objectSchema(shapes.ChildWorkflowSnapshot);
export type ChildWorkflowSnapshot = z.infer<typeof ChildWorkflowSnapshot>;
export const ChildWorkflowFailedSnapshot = /* @__PURE__ */ objectSchema(shapes.ChildWorkflowFailedSnapshot);
export type ChildWorkflowFailedSnapshot = z.infer<typeof ChildWorkflowFailedSnapshot>;
export const OperationSnapshot = /* @__PURE__ */ objectSchema(shapes.OperationSnapshot);
export type OperationSnapshot = z.infer<typeof OperationSnapshot>;
export const CancellationSnapshot = /* @__PURE__ */ objectSchema(shapes.CancellationSnapshot);
export type CancellationSnapshot = z.infer<typeof CancellationSnapshot>;
export const StateSnapshot = /* @__PURE__ */ objectSchema(shapes.StateSnapshot);
export type StateSnapshot = z.infer<typeof StateSnapshot>;
export const StateSetSnapshot = /* @__PURE__ */ objectSchema(shapes.StateSetSnapshot);
export type StateSetSnapshot = z.infer<typeof StateSetSnapshot>;
export const RetrySnapshot = /* @__PURE__ */ objectSchema(shapes.RetrySnapshot);
export type RetrySnapshot = z.infer<typeof RetrySnapshot>;

export const TokenEvent = /* @__PURE__ */ objectSchema(live.TokenEvent);
export type TokenEvent = z.infer<typeof TokenEvent>;
export const ProgressEvent = /* @__PURE__ */ objectSchema(live.ProgressEvent);
export type ProgressEvent = z.infer<typeof ProgressEvent>;
export const DataEvent = /* @__PURE__ */ objectSchema(live.DataEvent);
export type DataEvent = z.infer<typeof DataEvent>;
export const ErrorEvent = /* @__PURE__ */ objectSchema(live.ErrorEvent);
export type ErrorEvent = z.infer<typeof ErrorEvent>;

export const FrameHead = /* @__PURE__ */ objectSchema(envelope.FrameHead);
export const ReadyData = /* @__PURE__ */ objectSchema(envelope.ReadyData);
export const GapData = /* @__PURE__ */ objectSchema(envelope.GapData);
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

/** Validator of any state event. To read, use `decode`: it tells an unknown name from a wrong payload. */
export const StateEventPayload = /* @__PURE__ */ z.union(
  /* @__PURE__ */ (Object.keys(stateEventShapes) as StateEventName[]).map((name) => stateEventSchema(name)),
) as z.ZodMiniType<AnyStateEvent>;
export type StateEventPayload = AnyStateEvent;

/** Validator of any stream event. At ingress use `parseStreamEvent`, which knows the rules of writing too. */
export const StreamEvent = /* @__PURE__ */ z.union([TokenEvent, ProgressEvent, DataEvent, ErrorEvent]);
export type StreamEvent = AnyStreamEvent;

/** Validator of anything a stream can carry. */
export const FlovynEvent = /* @__PURE__ */ z.union([StateEventPayload, StreamEvent]);
export type FlovynEvent = AnyEvent;

/** Validator of a whole frame. To read, use `decodeFrame`. */
export const Frame = /* @__PURE__ */ z.extend(FrameHead, { event: FlovynEvent });
export type Frame = z.infer<typeof Frame>;
