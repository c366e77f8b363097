import type {
  ListTasksQuery,
  ListWorkflowsQuery,
  Optional,
  TaskExecutionView,
  WorkflowExecutionView,
} from '@flovyn/client';

/** A workflow execution as REST answers it. */
export type WorkflowExecution = WorkflowExecutionView;

/** A standalone task as REST answers it. */
export type TaskExecution = TaskExecutionView;

/** Which workflow executions a list has. */
export type WorkflowFilter = Optional<ListWorkflowsQuery>;

/** Which standalone tasks a list has. */
export type TaskFilter = Optional<ListTasksQuery>;
