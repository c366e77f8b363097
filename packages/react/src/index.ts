/**
 * React hooks for Flovyn: lists and details of executions, and all that their streams tell, kept fresh.
 *
 * - **Set up**: {@link createFlovyn}, {@link FlovynProvider}, {@link useFlovyn}.
 * - **Show**: {@link useWorkflow}, {@link useWorkflows}, {@link useTask}, {@link useTasks}; live: {@link useRunView},
 *   {@link useReconnect}.
 * - **Start**: {@link useStartWorkflow}, {@link useStartTask}.
 *
 * @packageDocumentation
 */
export { type Flovyn, type FlovynOptions, createFlovyn } from './flovyn.js';
export { FlovynProvider, type FlovynProviderProps, useFlovyn } from './provider.js';
export type { TaskExecution, TaskFilter, WorkflowExecution, WorkflowFilter } from './executions.js';
export { useStartTask, useTask, useTasks } from './use-tasks.js';
export { useStartWorkflow, useWorkflow, useWorkflows } from './use-workflows.js';
export { useReconnect, useRunView } from './use-run-view.js';
export type { RunView, StreamRow, UndecodedEntry } from './run-view.js';
export type { RunTarget, RunViewStore, StreamHub } from './stream-hub.js';
export type { QueryKeys } from './keys.js';
