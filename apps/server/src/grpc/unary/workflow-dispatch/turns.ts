import type { ExecutionId } from '@flovyn/engine';
import { ServiceError, parseUuid } from '@flovyn/protocol';
import { type WorkflowDispatchServer, parseWireTurn, toWorkflowEvent } from '@flovyn/protocol/grpc';
import { resultOf } from '../../session/results.js';
import type { Handlers } from '../call.js';
import type { UnaryHouse } from '../parts.js';

/** What a worker needs for a turn, and what came of it. */
export function turnHandlers({
  engine,
  results,
}: UnaryHouse): Handlers<WorkflowDispatchServer, 'getEvents' | 'submitWorkflowCommands'> {
  return {
    async getEvents({ request, orgId, peer }) {
      const id = parseUuid(request.workflowExecutionId, 'workflow_execution_id') as ExecutionId;
      const events = await engine.unary.history({ orgId, peer, executionId: id });
      if (events === undefined) throw new ServiceError('NOT_FOUND', `There is no workflow execution ${id}.`);
      return { events: events.map(toWorkflowEvent) };
    },

    async submitWorkflowCommands({ request, orgId, peer }) {
      const executionId = parseUuid(request.workflowExecutionId, 'workflow_execution_id') as ExecutionId;
      const { commands, outcome } = parseWireTurn(request);
      const workflow = await engine.unary.submitTurn({ orgId, peer, executionId, commands, outcome });
      // Who waits for the result need not look for it.
      const result = workflow === undefined ? undefined : resultOf(workflow);
      if (result !== undefined) results.known(orgId, executionId, result);
      return {};
    },
  };
}
