import { ServiceError, jsonNull, parseName } from '@flovyn/protocol';
import { type TaskExecutionServer, parseJsonBytes, toJsonBytes } from '@flovyn/protocol/grpc';
import type { TaskId } from '@flovyn/engine';
import type { Handlers } from '../call.js';
import type { UnaryHouse } from '../parts.js';
import { taskCall } from './attempts.js';

type Method = 'getState' | 'setState' | 'clearState' | 'clearAllState' | 'getStateKeys';

/** What a task remembers between its attempts. */
export function keptStateHandlers({ store: { taskState } }: UnaryHouse): Handlers<TaskExecutionServer, Method> {
  return {
    async getState(call) {
      const { orgId, taskId } = taskCall(call);
      const kept = await taskState.get(orgId, taskId, parseName(call.request.key, 'key'));
      if (kept === undefined) throw noTask(taskId);
      return { value: toJsonBytes(kept.value ?? jsonNull), found: kept.value !== undefined };
    },

    async setState(call) {
      const { orgId, taskId } = taskCall(call);
      const key = parseName(call.request.key, 'key');
      const value = parseJsonBytes(call.request.value, 'value');
      if (!(await taskState.set(orgId, taskId, key, value))) throw noTask(taskId);
      return {};
    },

    async clearState(call) {
      const { orgId, taskId } = taskCall(call);
      if (!(await taskState.set(orgId, taskId, parseName(call.request.key, 'key'), undefined))) throw noTask(taskId);
      return {};
    },

    async clearAllState(call) {
      const { orgId, taskId } = taskCall(call);
      if (!(await taskState.clear(orgId, taskId))) throw noTask(taskId);
      return {};
    },

    async getStateKeys(call) {
      const { orgId, taskId } = taskCall(call);
      const keys = await taskState.keys(orgId, taskId);
      if (keys === undefined) throw noTask(taskId);
      return { keys: [...keys] };
    },
  };
}

function noTask(id: TaskId): ServiceError {
  return new ServiceError('NOT_FOUND', `There is no task ${id}.`);
}
