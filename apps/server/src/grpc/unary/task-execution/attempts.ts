import type { TaskCall, TaskId } from '@flovyn/engine';
import { ServiceError, parseText, parseUuid } from '@flovyn/protocol';
import { type TaskExecutionServer, parseJsonBytes, toJsonBytes } from '@flovyn/protocol/grpc';
import { queueOrDefault, refuseOtherOrg, storable } from '../../requests/fields.js';
import { workerIdOf } from '../../workers/worker-id.js';
import type { Handlers, UnaryCall } from '../call.js';
import type { UnaryHouse } from '../parts.js';
import type { Work } from '../polls.js';

type Method = 'pollTask' | 'completeTask' | 'failTask' | 'heartbeat' | 'logMessage';

/** An attempt from its beginning to its end. */
export function attemptHandlers({
  engine,
  polls,
  kinds,
  peers,
  presence,
  clock,
}: UnaryHouse): Handlers<TaskExecutionServer, Method> {
  return {
    async pollTask(call) {
      const { request, orgId, peer } = call;
      refuseOtherOrg(request.orgId, orgId);
      const worker = peers.says(peer, { orgId, workerId: workerIdOf(request.workerId, orgId) });
      presence.heard(worker);
      const work = await polls.take(call, {
        worker: worker.workerId,
        type: 'task',
        queue: queueOrDefault(request.queue),
        kinds: (await kinds.of(worker))?.tasks,
        timeoutSeconds: request.timeoutSeconds,
      });
      return { task: work?.type === 'task' ? taskMessage(work) : undefined };
    },

    async completeTask(call) {
      const output = parseJsonBytes(call.request.output, 'output');
      await engine.unary.completeTask({ ...taskCall(call), output });
      return {};
    },

    async failTask(call) {
      const error = storable(parseText(call.request.error, 'error'));
      await engine.unary.failTask({ ...taskCall(call), error });
      return {};
    },

    async heartbeat(call) {
      await engine.unary.heartbeatTask(taskCall(call));
      return {};
    },

    async logMessage(call) {
      const level = call.request.level.toUpperCase();
      if (level !== 'DEBUG' && level !== 'INFO' && level !== 'WARN' && level !== 'ERROR') {
        throw new ServiceError('INVALID_ARGUMENT', 'level must be DEBUG, INFO, WARN or ERROR.');
      }
      const message = storable(parseText(call.request.message, 'message'));
      await engine.unary.log({ ...taskCall(call), level, message, timestampMs: clock.now() });
      return {};
    },
  };
}

/** The task a call is about, and who makes it. */
export function taskCall({ request, orgId, peer }: UnaryCall<{ readonly taskExecutionId: string }>): TaskCall {
  return { orgId, peer, taskId: parseUuid(request.taskExecutionId, 'task_execution_id') as TaskId };
}

function taskMessage(work: Extract<Work, { type: 'task' }>) {
  return {
    taskExecutionId: work.taskId,
    kind: work.kind,
    input: toJsonBytes(work.input),
    workflowExecutionId: work.workflowExecutionId ?? '',
    executionCount: work.attempt,
    queue: work.queue,
    traceparent: '',
  };
}
