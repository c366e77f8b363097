/** Where everything of one organisation lies in the query cache. */
export type QueryKeys = ReturnType<typeof queryKeys>;

export function queryKeys(org: string) {
  const root = ['flovyn', org] as const;
  const workflows = [...root, 'workflow'] as const;
  const workflowLists = [...root, 'workflow-list'] as const;
  const tasks = [...root, 'task'] as const;
  const taskLists = [...root, 'task-list'] as const;
  return {
    workflows,
    workflow: (id: string) => [...workflows, id] as const,
    workflowLists,
    workflowList: (filter: object) => [...workflowLists, filter] as const,
    tasks,
    task: (id: string) => [...tasks, id] as const,
    taskLists,
    taskList: (filter: object) => [...taskLists, filter] as const,
  };
}
