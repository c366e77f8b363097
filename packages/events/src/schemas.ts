import * as z from 'zod/mini';

import { FrameHead } from './envelope.js';
import { DataEvent, ErrorEvent, ProgressEvent, TokenEvent } from './registry/stream.js';
import { count } from './snapshots/words.js';
import type {
  FlovynEvent as Event,
  StateEventName,
  StateEventPayload as Payload,
  StreamEvent as Output,
} from './types.js';
import { stateEventValidators } from './validators.js';

export {
  type ParsedStreamEvent,
  type ParsedStreamEventText,
  type RefusalReason,
  parseStreamEvent,
  parseStreamEventText,
} from './ingress.js';
export { checkStateEvent } from './outgoing.js';
export { STREAM_EVENT_MAX_BYTES } from './limits.js';
export {
  CancellationSnapshot,
  ChildWorkflowFailedSnapshot,
  ChildWorkflowSnapshot,
  OperationSnapshot,
  PromiseRejectedSnapshot,
  PromiseSnapshot,
  RetrySnapshot,
  StateSetSnapshot,
  StateSnapshot,
  TaskFailedSnapshot,
  TaskSnapshot,
  TimerSnapshot,
  TimerStartedSnapshot,
  WorkflowFailedSnapshot,
  WorkflowSnapshot,
  WorkflowSuspendedSnapshot,
} from './snapshots/index.js';
export { EndData, FrameHead, GapData, ReadyData } from './envelope.js';
export { DataEvent, ErrorEvent, ProgressEvent, TokenEvent } from './registry/stream.js';

/** The validator of one state event, by name. */
export function stateEventSchema<Name extends StateEventName>(name: Name): z.ZodMiniType<Payload<Name>> {
  return z.object({
    type: z.literal('Event'),
    event: z.literal(name),
    data: stateEventValidators[name],
    timestampMs: count,
  }) as unknown as z.ZodMiniType<Payload<Name>>;
}

/** Validator of any state event. To read, use `decode`: it tells an unknown name from a wrong payload. */
export const StateEventPayload = /* @__PURE__ */ z.union(
  (Object.keys(stateEventValidators) as StateEventName[]).map(stateEventSchema),
) as z.ZodMiniType<Payload>;
export type StateEventPayload = Payload;

/** Validator of any stream event. At ingress use `parseStreamEvent`, which knows the rules of writing too. */
export const StreamEvent = /* @__PURE__ */ z.discriminatedUnion('type', [
  TokenEvent,
  ProgressEvent,
  DataEvent,
  ErrorEvent,
]);
export type StreamEvent = Output;

/** Validator of anything a stream can carry. */
export const FlovynEvent = /* @__PURE__ */ z.union([StateEventPayload, StreamEvent]);
export type FlovynEvent = Event;

/** Validator of a whole frame. To read, use `decodeFrame`. */
export const Frame = /* @__PURE__ */ z.extend(FrameHead, { event: FlovynEvent });
export type Frame = z.infer<typeof Frame>;
