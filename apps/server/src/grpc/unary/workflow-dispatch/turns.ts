import type { ExecutionId } from '@flovyn/engine';
import { ServiceError, parseUuid } from '@flovyn/protocol';
import { type WorkflowDispatchServer, parseWireTurn, toWorkflowEvent } from '@flovyn/protocol/grpc';
import type { Handlers } from '../call.js';
import type { UnaryHouse } from '../parts.js';

/** What a worker needs for a turn, and what came of it. */
export function turnHandlers({
  engine,
  store,
}: UnaryHouse): Handlers<WorkflowDispatchServer, 'getEvents' | 'submitWorkflowCommands'> {
  return {
    async getEvents({ request, orgId }) {
      const id = parseUuid(request.workflowExecutionId, 'workflow_execution_id') as ExecutionId;
      const events = await store.queries.history(orgId, id, {});
      if (events === undefined) throw new ServiceError('NOT_FOUND', `There is no workflow execution ${id}.`);
      return { events: events.map(toWorkflowEvent) };
    },

    async submitWorkflowCommands({ request, orgId, peer }) {
      const executionId = parseUuid(request.workflowExecutionId, 'workflow_execution_id') as ExecutionId;
      const { commands, outcome } = parseWireTurn(request);
      await engine.unary.submitTurn({ orgId, peer, executionId, commands, outcome });
      return {};
    },
  };
}
