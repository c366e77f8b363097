/** Where everything of one organisation lies in the query cache, for reading and invalidating it by hand. */
export interface QueryKeys {
  /** Every detail of a workflow execution. */
  readonly workflows: readonly ['flovyn', string, 'workflow'];
  /** The detail of one. */
  readonly workflow: (id: string) => readonly ['flovyn', string, 'workflow', string];
  /** Every list of workflow executions. */
  readonly workflowLists: readonly ['flovyn', string, 'workflow-list'];
  /** The list of one filter. */
  readonly workflowList: (filter: object) => readonly ['flovyn', string, 'workflow-list', object];
  /** Every detail of a standalone task. */
  readonly tasks: readonly ['flovyn', string, 'task'];
  /** The detail of one. */
  readonly task: (id: string) => readonly ['flovyn', string, 'task', string];
  /** Every list of standalone tasks. */
  readonly taskLists: readonly ['flovyn', string, 'task-list'];
  /** The list of one filter. */
  readonly taskList: (filter: object) => readonly ['flovyn', string, 'task-list', object];
}

export function queryKeys(org: string): QueryKeys {
  const workflows = ['flovyn', org, 'workflow'] as const;
  const workflowLists = ['flovyn', org, 'workflow-list'] as const;
  const tasks = ['flovyn', org, 'task'] as const;
  const taskLists = ['flovyn', org, 'task-list'] as const;
  return {
    workflows,
    workflow: (id) => [...workflows, id],
    workflowLists,
    workflowList: (filter) => [...workflowLists, filter],
    tasks,
    task: (id) => [...tasks, id],
    taskLists,
    taskList: (filter) => [...taskLists, filter],
  };
}
