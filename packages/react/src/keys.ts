import type { ExecutionFilter, ExecutionTarget, ExecutionType } from './executions.js';

/** Where everything of one organisation lies in the query cache, for reading and invalidating it by hand. */
export interface QueryKeys {
  /** Every execution that is looked at by itself. */
  readonly details: (type: ExecutionType) => readonly ['flovyn', string, ExecutionType];
  /** One of them. */
  readonly detail: (target: ExecutionTarget) => readonly ['flovyn', string, ExecutionType, string];
  /** Every list. */
  readonly lists: (type: ExecutionType) => readonly ['flovyn', string, `${ExecutionType}-list`];
  /** The list of one filter. */
  readonly list: (filter: ExecutionFilter) => readonly ['flovyn', string, `${ExecutionType}-list`, object];
}

export function queryKeys(org: string): QueryKeys {
  const details: QueryKeys['details'] = (type) => ['flovyn', org, type];
  const lists: QueryKeys['lists'] = (type) => ['flovyn', org, `${type}-list`];
  return {
    details,
    detail: ({ type, id }) => [...details(type), id],
    lists,
    list: (filter) => [...lists(filter.type), filter],
  };
}
