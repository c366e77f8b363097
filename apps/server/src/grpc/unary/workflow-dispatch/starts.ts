import type { ExecutionId } from '@flovyn/engine';
import { ServiceError, parseIdempotencyKey, parseKind, parseName, parseUuid } from '@flovyn/protocol';
import { type StartChildWorkflowRequest, type WorkflowDispatchServer, parseJsonBytes } from '@flovyn/protocol/grpc';
import { metadataJson, queueOrDefault, refuseOtherOrg, ttlSeconds } from '../../requests/fields.js';
import { parseStartWorkflow, startedMessage } from '../../requests/start-workflow.js';
import type { Handlers } from '../call.js';
import { refuseMissingOrg } from '../existing-org.js';
import type { UnaryHouse } from '../parts.js';

type Method = 'startWorkflow' | 'signalWithStartWorkflow' | 'startChildWorkflow' | 'getVisualWorkflowDefinitionById';

export function startHandlers({ engine, organisations }: UnaryHouse): Handlers<WorkflowDispatchServer, Method> {
  return {
    async startWorkflow({ request, orgId, principal }) {
      const start = parseStartWorkflow(request, orgId);
      await refuseMissingOrg(organisations, principal);
      return startedMessage(request, await engine.startWorkflow(start));
    },

    async signalWithStartWorkflow({ request, orgId, principal }) {
      refuseOtherOrg(request.orgId, orgId);
      const { workflowVersion = '' } = request;
      const start = {
        orgId,
        key: {
          key: parseIdempotencyKey(request.workflowId, 'workflow_id'),
          ttlSeconds: ttlSeconds(request.idempotencyKeyTtlSeconds),
        },
        kind: parseKind(request.workflowKind, 'workflow_kind'),
        input: parseJsonBytes(request.workflowInput, 'workflow_input'),
        queue: queueOrDefault(request.queue),
        prioritySeconds: request.prioritySeconds,
        ...(workflowVersion === '' ? undefined : { workflowVersion }),
        metadata: metadataJson(request.metadata),
        signalName: parseName(request.signalName, 'signal_name'),
        signalValue: parseJsonBytes(request.signalValue, 'signal_value'),
      };
      await refuseMissingOrg(organisations, principal);
      const { id, created, sequence } = await engine.signalWithStart(start);
      return { workflowExecutionId: id, workflowCreated: created, signalEventSequence: sequence };
    },

    async startChildWorkflow({ request, orgId }) {
      refuseOtherOrg(request.orgId, orgId);
      const started = await engine.startChild({
        orgId,
        parentId: parseUuid(request.parentWorkflowExecutionId, 'parent_workflow_execution_id') as ExecutionId,
        name: parseName(request.childExecutionName, 'child_execution_name'),
        kind: kindOfChild(request),
        input: parseJsonBytes(request.input, 'input'),
        queue: request.queue === '' ? '' : queueOrDefault(request.queue),
        prioritySeconds: request.prioritySeconds,
      });
      return { childWorkflowExecutionId: started.id };
    },

    getVisualWorkflowDefinitionById({ request }) {
      throw noDefinition(request.workflowDefinitionId);
    },
  };
}

function kindOfChild({ workflowExecutionIdentifier: identifier }: StartChildWorkflowRequest): string {
  switch (identifier?.$case) {
    case 'workflowKind':
      return parseKind(identifier.value, 'workflow_kind');
    case 'workflowDefinitionId':
      throw noDefinition(identifier.value);
    case undefined:
      throw new ServiceError('INVALID_ARGUMENT', 'A child needs its workflow_kind.');
  }
}

/** Workflows drawn in an editor: there are none. */
function noDefinition(text: string): ServiceError {
  const id = parseUuid(text, 'workflow_definition_id');
  return new ServiceError('NOT_FOUND', `There is no drawn workflow ${id}. Start one by its workflow_kind.`);
}
