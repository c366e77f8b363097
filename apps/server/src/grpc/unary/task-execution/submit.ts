import type { ExecutionId, OrgId, Queries, TaskId } from '@flovyn/engine';
import { ServiceError, limits, parseInteger, parseKind, parseUuid } from '@flovyn/protocol';
import { type TaskExecutionServer, parseJsonBytes } from '@flovyn/protocol/grpc';
import { hasKey, keyOf, metadataJson, queueOrDefault, refuseOtherOrg } from '../../requests/fields.js';
import type { Handlers } from '../call.js';
import { refuseMissingOrg } from '../existing-org.js';
import type { UnaryHouse } from '../parts.js';

/** Starting and stopping tasks, from outside of the worker that does them. */
export function submitHandlers({
  engine,
  store,
  organisations,
}: UnaryHouse): Handlers<TaskExecutionServer, 'submitTask' | 'cancelTask'> {
  return {
    async submitTask({ request, orgId, principal }) {
      refuseOtherOrg(request.orgId, orgId);
      const { timeoutMs } = request;
      const of = request.workflowExecutionId === '' ? undefined : executionOf(request.workflowExecutionId);
      const start = {
        orgId,
        ...(of === undefined ? undefined : { workflowExecutionId: of }),
        kind: parseKind(request.kind),
        input: parseJsonBytes(request.input, 'input'),
        queue: queueOrDefault(request.queue),
        retry: { maxRetries: parseInteger(request.maxRetries, 'max_retries', 0, limits.retriesMax) },
        ...(timeoutMs === 0
          ? undefined
          : { timeoutMs: parseInteger(timeoutMs, 'timeout_ms', 1, limits.taskTimeoutMaxMs) }),
        metadata: metadataJson(request.metadata),
        ...keyOf(request),
      };
      await refuseMissingOrg(organisations, principal);
      const inherits = of !== undefined && start.queue === 'default';
      const queue = inherits ? await queueOf(store.queries, orgId, of) : start.queue;
      const started = await engine.startTask({ ...start, queue });
      return {
        taskExecutionId: started.id,
        idempotencyKeyUsed: hasKey(request),
        idempotencyKeyNew: started.created,
      };
    },

    async cancelTask({ request, orgId, peer, principal }) {
      await engine.unary.cancelTask({
        orgId,
        peer,
        taskId: parseUuid(request.taskExecutionId, 'task_execution_id') as TaskId,
        reason: `Cancelled by ${principal.id}`,
      });
      return {};
    },
  };
}

function executionOf(text: string): ExecutionId {
  return parseUuid(text, 'workflow_execution_id') as ExecutionId;
}

/** A task of an execution that names no queue is done where the execution is, as one its code has scheduled. */
async function queueOf(queries: Pick<Queries, 'workflow'>, orgId: OrgId, id: ExecutionId): Promise<string> {
  const record = await queries.workflow(orgId, id);
  if (record === undefined) throw new ServiceError('NOT_FOUND', `There is no workflow execution ${id}.`);
  return record.workflow.queue;
}
