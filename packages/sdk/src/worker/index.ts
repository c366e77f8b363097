export { Worker } from './worker.js';
export type { WorkerOptions } from './worker-options.js';
export type { WorkerHandle } from './worker-handle.js';
export { WorkflowWorker, type WorkflowWorkerOptions } from './workflow-worker.js';
export { TaskWorker, type TaskWorkerOptions } from './task-worker.js';
export type { Reconnection } from './reconnection.js';
export type { ConnectionInfo } from './connection-watch.js';
export type { WorkerEventSubscription } from './event-subscription.js';
export {
  type WorkType,
  type WorkerEventFilter,
  type WorkerLifecycleEvent,
  type WorkerLifecycleEventName,
  type WorkerLifecycleEventOf,
  isWorkerErrorEvent,
} from './lifecycle-events.js';
export type { WorkerLifecycleHook } from './lifecycle-hooks.js';
export type { RegistrationConflict, RegistrationInfo } from './registration.js';
export type { WorkerMetrics } from './work-meter.js';
export type { StopReason, WorkerState, WorkerStatus } from './worker-status.js';
