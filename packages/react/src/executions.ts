import type {
  ListTasksQuery,
  ListWorkflowsQuery,
  Optional,
  TaskExecutionView,
  WorkflowExecutionView,
} from '@flovyn/client';

/** What runs: a workflow, or a task on its own. */
export type ExecutionType = 'workflow' | 'task';

/** Which execution, or standalone task. */
export interface ExecutionTarget<Type extends ExecutionType = ExecutionType> {
  /** What it is. */
  readonly type: Type;
  /** Its id, a UUID. */
  readonly id: string;
}

/** A workflow execution as REST answers it. */
export type WorkflowExecution = WorkflowExecutionView;

/** A standalone task as REST answers it. */
export type TaskExecution = TaskExecutionView;

/** Either, by its type. */
export type Execution<Type extends ExecutionType = ExecutionType> = {
  readonly workflow: WorkflowExecution;
  readonly task: TaskExecution;
}[Type];

/** Which executions of a type a list has, by what REST can be asked for. */
export type ExecutionQuery<Type extends ExecutionType = ExecutionType> = {
  readonly workflow: Optional<ListWorkflowsQuery>;
  readonly task: Optional<ListTasksQuery>;
}[Type];

/** Which executions a list has, newest first: 50 unless `limit` says otherwise, 100 at most. */
export type ExecutionFilter<Type extends ExecutionType = ExecutionType> = {
  /** What the list is of. */
  readonly type: Type;
} & ExecutionQuery<Type>;
