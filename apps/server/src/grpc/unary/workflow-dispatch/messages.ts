import type { ExecutionId } from '@flovyn/engine';
import { parseName, parseText, parseUuid } from '@flovyn/protocol';
import { type WorkflowDispatchServer, parseJsonBytes } from '@flovyn/protocol/grpc';
import { refuseOtherOrg, storable } from '../../requests/fields.js';
import { parsePromiseRef } from '../../requests/promise-ref.js';
import type { Handlers } from '../call.js';
import type { UnaryHouse } from '../parts.js';

/** What is said to an execution from outside. */
export function messageHandlers({
  engine,
}: UnaryHouse): Handlers<WorkflowDispatchServer, 'signalWorkflow' | 'resolvePromise' | 'rejectPromise'> {
  return {
    async signalWorkflow({ request, orgId }) {
      refuseOtherOrg(request.orgId, orgId);
      const { sequence } = await engine.signalWorkflow({
        orgId,
        id: parseUuid(request.workflowExecutionId, 'workflow_execution_id') as ExecutionId,
        signalName: parseName(request.signalName, 'signal_name'),
        signalValue: parseJsonBytes(request.signalValue, 'signal_value'),
      });
      return { signalEventSequence: sequence };
    },

    async resolvePromise({ request, orgId }) {
      await engine.settlePromise({
        orgId,
        promise: parsePromiseRef(request.promiseId),
        outcome: { type: 'resolved', value: parseJsonBytes(request.value, 'value') },
      });
      return {};
    },

    async rejectPromise({ request, orgId }) {
      await engine.settlePromise({
        orgId,
        promise: parsePromiseRef(request.promiseId),
        outcome: { type: 'rejected', error: storable(parseText(request.error, 'error')) },
      });
      return {};
    },
  };
}
