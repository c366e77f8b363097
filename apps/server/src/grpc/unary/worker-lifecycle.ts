import { ServiceError, parseUuid } from '@flovyn/protocol';
import type { WorkerLifecycleServer } from '@flovyn/protocol/grpc';
import { parseRegistration } from '../workers/registration.js';
import type { Carrier, Handlers } from './call.js';
import { refuseMissingOrg } from './existing-org.js';
import type { UnaryHouse } from './parts.js';

/** Who works here, and what they can do. */
export function workerLifecycle(house: UnaryHouse, carry: Carrier): WorkerLifecycleServer {
  const { registerWorker, sendHeartbeat } = lifecycleHandlers(house);
  return { registerWorker: carry(registerWorker), sendHeartbeat: carry(sendHeartbeat) };
}

function lifecycleHandlers({
  engine,
  organisations,
  register,
  kinds,
  peers,
  presence,
}: UnaryHouse): Handlers<WorkerLifecycleServer, 'registerWorker' | 'sendHeartbeat'> {
  return {
    async registerWorker({ request, orgId, peer, principal }) {
      const registration = parseRegistration(request, orgId);
      await refuseMissingOrg(organisations, principal);
      await register(registration);
      const { id, hostName, processId } = registration;
      engine.unary.registered({ orgId, peer, worker: id }, `${hostName} ${processId}`);
      presence.heard(peers.says(peer, { orgId, workerId: id }));
      // One kind of many workers, in several versions, is nothing out of the ordinary: there are no conflicts.
      return { workerId: id, success: true, workflowConflicts: [], taskConflicts: [] };
    },

    async sendHeartbeat({ request, orgId, peer }) {
      const worker = { orgId, workerId: parseUuid(request.workerId, 'worker_id') };
      if (!(await kinds.isKnown(worker))) {
        throw new ServiceError('NOT_FOUND', `There is no worker ${worker.workerId}. Register it first.`);
      }
      presence.heard(peers.says(peer, worker));
      engine.unary.heard({ orgId, peer, worker: worker.workerId }, true);
      return {};
    },
  };
}
