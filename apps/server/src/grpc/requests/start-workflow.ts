import type { OrgId, StartWorkflowRequest as Start, Started } from '@flovyn/engine';
import { parseKind, parseUuid } from '@flovyn/protocol';
import { type StartWorkflowRequest, type StartWorkflowResponse, parseJsonBytes } from '@flovyn/protocol/grpc';
import { hasKey, keyOf, metadataJson, queueOrDefault, refuseOtherOrg } from './fields.js';

/**
 * The start of a workflow execution, checked. Its kind need not be known to anybody yet.
 *
 * @throws {ServiceError} INVALID_ARGUMENT and its relatives, PERMISSION_DENIED for another organisation.
 */
export function parseStartWorkflow(request: StartWorkflowRequest, orgId: OrgId): Start {
  refuseOtherOrg(request.orgId, orgId);
  const { parentWorkflowExecutionId: parent = '', workflowVersion = '' } = request;
  // Nobody reads it, but an id that is none is a mistake its caller should hear of.
  if (parent !== '') parseUuid(parent, 'parent_workflow_execution_id');
  return {
    orgId,
    kind: parseKind(request.workflowKind, 'workflow_kind'),
    input: parseJsonBytes(request.input, 'input'),
    queue: queueOrDefault(request.queue),
    prioritySeconds: request.prioritySeconds,
    ...(workflowVersion === '' ? undefined : { workflowVersion }),
    metadata: metadataJson(request.metadata),
    ...keyOf(request),
  };
}

export function startedMessage(request: StartWorkflowRequest, started: Started): StartWorkflowResponse {
  return {
    workflowExecutionId: started.id,
    idempotencyKeyUsed: hasKey(request),
    idempotencyKeyNew: started.created,
  };
}
