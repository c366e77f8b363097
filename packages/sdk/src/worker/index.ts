export { type WorkerHandle, Worker, type WorkerOptions } from './worker.js';
export { WorkflowWorker, type WorkflowWorkerOptions } from './workflow-worker.js';
export { TaskWorker, type TaskWorkerOptions } from './task-worker.js';
export type { Reconnection } from './reconnection.js';
export type { StopReason, WorkerLifecycleEventName, WorkerLifecycleEvents, WorkerStatus } from './lifecycle.js';
