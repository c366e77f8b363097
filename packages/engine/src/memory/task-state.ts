import { type Json, ServiceError } from '@flovyn/protocol';
import type { OrgId, TaskId } from '../ids.js';
import type { TaskStateStore } from '../ports/store.js';
import type { MemoryRows } from './rows.js';

/** As many keys as one task may have. */
const MOST_KEYS = 1_000;

/** What tasks remember, over the maps of a memory store. */
export function memoryTaskState(rows: MemoryRows): TaskStateStore {
  const of = (orgId: OrgId, taskId: TaskId): Map<string, Json> | undefined => {
    if (rows.tasks.get(taskId)?.task.orgId !== orgId) return undefined;
    const state = rows.taskState.get(taskId) ?? new Map<string, Json>();
    rows.taskState.set(taskId, state);
    return state;
  };
  return {
    async get(orgId, taskId, key) {
      const state = of(orgId, taskId);
      return state && { value: state.get(key) };
    },
    async keys(orgId, taskId) {
      const state = of(orgId, taskId);
      return state && [...state.keys()].toSorted();
    },
    async set(orgId, taskId, key, value) {
      const state = of(orgId, taskId);
      if (state === undefined) return false;
      if (value === undefined) state.delete(key);
      else if (state.size >= MOST_KEYS && !state.has(key)) {
        throw new ServiceError(
          'RESOURCE_EXHAUSTED',
          `Task ${taskId} remembers ${state.size} keys; ${MOST_KEYS} is the limit. Clear some.`,
          { limit: MOST_KEYS, actual: state.size + 1 },
        );
      } else state.set(key, value);
      return true;
    },
    async clear(orgId, taskId) {
      const state = of(orgId, taskId);
      state?.clear();
      return state !== undefined;
    },
  };
}
