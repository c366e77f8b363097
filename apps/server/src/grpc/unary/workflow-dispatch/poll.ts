import { jsonNull, parseInteger, parseKind } from '@flovyn/protocol';
import { type WorkflowDispatchServer, type WorkflowExecution, toJsonBytes } from '@flovyn/protocol/grpc';
import { queueOrDefault, refuseOtherOrg } from '../../requests/fields.js';
import { workerIdOf } from '../../workers/worker-id.js';
import type { Handlers } from '../call.js';
import type { UnaryHouse } from '../parts.js';
import type { Work } from '../polls.js';

const MOST_KINDS = 10_000;

export function pollHandlers({
  polls,
  kinds,
  peers,
  presence,
}: UnaryHouse): Handlers<WorkflowDispatchServer, 'pollWorkflow'> {
  return {
    async pollWorkflow(call) {
      const { request, orgId, peer } = call;
      refuseOtherOrg(request.orgId, orgId);
      const worker = peers.says(peer, { orgId, workerId: workerIdOf(request.workerId, orgId) });
      presence.heard(worker);
      const { workflowCapabilities: named } = request;
      parseInteger(named.length, 'The number of workflow_capabilities', 0, MOST_KINDS);
      const work = await polls.take(call, {
        worker: worker.workerId,
        type: 'workflow',
        queue: queueOrDefault(request.queue),
        kinds: named.length > 0 ? named.map((kind) => parseKind(kind)) : (await kinds.of(worker))?.workflows,
        timeoutSeconds: request.timeoutSeconds,
      });
      return {
        workflowExecution: work?.type === 'activation' ? executionMessage(work) : undefined,
        traceparent: '',
      };
    },
  };
}

function executionMessage(work: Extract<Work, { type: 'activation' }>): WorkflowExecution {
  return {
    id: work.executionId,
    kind: work.kind,
    orgId: work.orgId,
    input: toJsonBytes(work.input ?? jsonNull),
    queue: work.queue,
    priorityMs: work.prioritySeconds * 1_000,
    createdAtMs: work.createdAt,
    currentSequence: work.sequence,
    workflowVersion: work.workflowVersion,
    // What workflow code takes for the time: the same whenever it is run again.
    workflowTaskTimeMillis: work.createdAt,
  };
}
