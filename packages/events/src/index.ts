/**
 * The event contract: what every execution says on its live stream, as types, names and readers. Runs anywhere
 * JavaScript runs.
 *
 * - **Read**: {@link decode}, {@link decodeFrame}; what comes of it is a {@link Frame} with a {@link StateEventPayload}
 *   or a {@link StreamEvent}.
 * - **Define streams of your own**: {@link defineStream}, {@link readStream}.
 * - **Take apart**: {@link match}, {@link matchPartial}, {@link byEntity}, and guards such as {@link isTaskEvent}.
 * - **Know where you are**: {@link Cursor}, {@link ReadyFrame}, {@link GapFrame}, {@link EndFrame}.
 *
 * @packageDocumentation
 */
export { type Cursor, formatCursor, parseCursor } from './cursor.js';
export { type Decoded, type DecodedFrame, type Undecoded, decode, decodeFrame } from './decode.js';
export {
  type GapReason,
  type RetryTarget,
  type StreamEventType,
  type SuspendType,
  type TaskStatus,
  UNRECOGNIZED,
  type Unrecognized,
  type WorkflowStatus,
  gapReasons,
  retryTargets,
  streamEventTypeNumber,
  streamEventTypes,
  suspendType,
  suspendTypeNumber,
  taskStatuses,
  workflowStatuses,
} from './enums.js';
export {
  type EndFrame,
  type EndStatus,
  type Frame,
  type FrameHead,
  type GapFrame,
  type ReadyFrame,
  type StreamMessage,
} from './envelope.js';
export {
  endsExecution,
  isCancellationEvent,
  isChildWorkflowEvent,
  isOperationEvent,
  isPromiseEvent,
  isRetryEvent,
  isStateEvent,
  isStateKeyEvent,
  isStreamEvent,
  isTaskEvent,
  isTerminal,
  isTimerEvent,
  isWorkflowEvent,
} from './guards.js';
export { type HistoryEventType, historyEventTypes, historyToStream, unannouncedHistory } from './history-names.js';
export {
  type ExecutionId,
  type TaskId,
  executionIdOfTask,
  isExecutionId,
  isTaskId,
  parseExecutionId,
  parseTaskId,
} from './ids.js';
export type { Issue } from './issue.js';
export { lifecycleName } from './lifecycle.js';
export {
  type EntityHandlers,
  type EntityKey,
  type EventKey,
  type Handlers,
  byEntity,
  entityOf,
  match,
  matchPartial,
} from './match.js';
export { type StateEventEntity, stateEventEntity, stateEventNames } from './names.js';
export type { DataEvent, ErrorEvent, ProgressEvent, TokenEvent } from './registry/stream.js';
export type { CancellationSnapshot } from './snapshots/cancellation.js';
export type { ChildWorkflowFailedSnapshot, ChildWorkflowSnapshot } from './snapshots/child-workflow.js';
export type { OperationSnapshot } from './snapshots/operation.js';
export type { PromiseRejectedSnapshot, PromiseSnapshot } from './snapshots/promise.js';
export type { RetrySnapshot } from './snapshots/retry.js';
export type { StateSetSnapshot, StateSnapshot } from './snapshots/state.js';
export type { TaskFailedSnapshot, TaskSnapshot } from './snapshots/task.js';
export type { TimerSnapshot, TimerStartedSnapshot } from './snapshots/timer.js';
export type { WorkflowFailedSnapshot, WorkflowSnapshot, WorkflowSuspendedSnapshot } from './snapshots/workflow.js';
export { JSON_MAX_DEPTH, JSON_MAX_NODES, STREAM_EVENT_MAX_BYTES, STREAM_LOSS } from './limits.js';
export { type WaitingOn, firstSuspendType, suspendTypePrecedence } from './suspend.js';
export type {
  FlovynEvent,
  StateEventData,
  StateEventName,
  StateEventNameOf,
  StateEventPayload,
  StreamEvent,
  Written,
} from './types.js';
export {
  type StreamConfig,
  type StreamDefinition,
  type StreamInput,
  type StreamIssue,
  type StreamOutput,
  type StreamReading,
  checkStreamValue,
  defineStream,
  readStream,
  streamJsonSchema,
} from './user-stream.js';
