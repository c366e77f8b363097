/**
 * Write durable workflows and streaming tasks, run them in a worker, start and follow them from anywhere.
 *
 * - **Define** what runs: {@link workflow} with its {@link WorkflowContext}, {@link task} with its {@link TaskContext}.
 * - **Wait** for several things: {@link select}, {@link joinN}, {@link withTimeout}; handles of tasks
 *   ({@link TaskHandle}), timers ({@link TimerHandle}) and children ({@link WorkflowHandle}).
 * - **Run and start**: {@link FlovynClient}, its {@link FlovynClientOptions}, and {@link StandaloneTaskHandle} for
 *   tasks alone.
 * - **Stream**: `ctx.stream` and its {@link StreamEvents} in a task; {@link Subscription} for who watches; streams of your
 *   own: {@link defineStream}.
 * - **Watch a worker**: {@link WorkerHandle}, {@link WorkerLifecycleEvent}, {@link WorkerLifecycleHook}.
 * - **Handle what goes wrong**: every error extends {@link FlovynError} and has `is()`.
 *
 * @packageDocumentation
 */
export { workflow } from './workflow.js';
export { task } from './task.js';
export { Duration } from './duration.js';
export { type FlovynClientOptions, type StartTaskOptions, type StartWorkflowOptions, FlovynClient } from './client.js';
export type { WorkerPoolOptions, WorkflowPoolOptions } from './client-options.js';
export { WorkflowHandleImpl } from './handles.js';
export { StandaloneTaskHandle } from './standalone-task-handle.js';
export {
  type InternalStreamEvent,
  type TaskActivation,
  TaskContextImpl,
  WorkflowContextImpl,
} from './context/index.js';
export { type CombinatorOptions, type Ended, joinN, select, withTimeout } from './combinators.js';
export { JsonSerializer, deserialize, serialize } from './serde.js';
export {
  type StreamConfig,
  type StreamDefinition,
  type StreamInput,
  type StreamIssue,
  type StreamOutput,
  type StreamReading,
  defineStream,
  readStream,
} from '@flovyn/events';
export { StreamEvents, streamEventType } from './stream-events.js';
export { Subscription } from './streams/subscription.js';
export type { StreamingOptions, SubscribeOptions } from './streams/options.js';
export type { StateStreamEvent, TaskStream, TaskStreamEvent, WorkflowStream } from './streams/subscribe.js';
export {
  AuthenticationError,
  ChildWorkflowFailed,
  ConfigurationError,
  ConnectionError,
  DeterminismViolation,
  FlovynError,
  NotFoundError,
  OperationTimeout,
  PromiseRejected,
  PromiseTimeout,
  StreamError,
  type StreamErrorKind,
  StreamEventInvalidError,
  TaskCancelled,
  TaskFailed,
  TaskTimeout,
  WorkerControlError,
  WorkflowCancelled,
  WorkflowFailed,
  WorkflowSuspended,
} from './errors.js';
export type { Violation, ViolationType } from './replay/mismatch.js';
export type {
  ChildWorkflowOptions,
  Logger,
  PromiseOptions,
  RetryPolicy,
  Serializer,
  StreamEvent,
  StreamEventType,
  StreamWriter,
  TaskConfig,
  TaskContext,
  TaskDefinition,
  TaskHandle,
  TaskHooks,
  TaskOptions,
  TimerHandle,
  WorkflowConfig,
  WorkflowContext,
  WorkflowDefinition,
  WorkflowHandle,
  WorkflowHandlers,
  WorkflowHook,
} from './types.js';
export { isWorkerErrorEvent } from './worker/index.js';
export type {
  ConnectionInfo,
  Reconnection,
  RegistrationConflict,
  RegistrationInfo,
  StopReason,
  WorkType,
  WorkerEventFilter,
  WorkerEventSubscription,
  WorkerHandle,
  WorkerLifecycleEvent,
  WorkerLifecycleEventName,
  WorkerLifecycleEventOf,
  WorkerLifecycleHook,
  WorkerMetrics,
  WorkerState,
  WorkerStatus,
} from './worker/index.js';
