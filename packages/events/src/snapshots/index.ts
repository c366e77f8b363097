export { CancellationSnapshot } from './cancellation.js';
export { ChildWorkflowFailedSnapshot, ChildWorkflowSnapshot } from './child-workflow.js';
export { OperationSnapshot } from './operation.js';
export { PromiseRejectedSnapshot, PromiseSnapshot } from './promise.js';
export { RetrySnapshot } from './retry.js';
export { StateSetSnapshot, StateSnapshot } from './state.js';
export { TaskFailedSnapshot, TaskSnapshot } from './task.js';
export { TimerSnapshot, TimerStartedSnapshot } from './timer.js';
export { WorkflowFailedSnapshot, WorkflowSnapshot, WorkflowSuspendedSnapshot } from './workflow.js';
