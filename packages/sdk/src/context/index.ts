export { WorkflowContextImpl, type WorkflowContextParts } from './workflow-context.js';
export { type InternalStreamEvent, type TaskActivation, TaskContextImpl } from './task-context.js';
