/**
 * React hooks for Flovyn: lists and details of executions, and all that their streams tell, kept fresh.
 *
 * - **Set up**: {@link createFlovyn}, {@link FlovynProvider}, {@link useFlovyn}.
 * - **Show**: {@link useExecutions}, {@link useExecution}; live: {@link useLiveView}, {@link useTaskStream},
 *   {@link useReconnect}.
 * - **Act**: {@link useStartWorkflow}, {@link useStartTask}, {@link useSignal}.
 *
 * @packageDocumentation
 */
export { type Flovyn, type FlovynOptions, createFlovyn } from './flovyn.js';
export { FlovynProvider, type FlovynProviderProps, useFlovyn } from './provider.js';
export type {
  Execution,
  ExecutionFilter,
  ExecutionQuery,
  ExecutionTarget,
  ExecutionType,
  TaskExecution,
  WorkflowExecution,
} from './executions.js';
export { useExecution } from './use-execution.js';
export { useExecutions } from './use-executions.js';
export { useLiveView, useReconnect } from './use-live-view.js';
export { type TaskStream, useTaskStream } from './use-task-stream.js';
export { useStartTask, useStartWorkflow } from './use-start.js';
export { useSignal } from './use-signal.js';
export type { StreamRow, StreamView, UndecodedEntry } from './stream-view.js';
export type { OrganisationView } from './organisation-view.js';
export type { SharedStream } from './shared-stream.js';
export type { StreamHub } from './stream-hub.js';
export type { Caches } from './caches.js';
export type { QueryKeys } from './keys.js';
