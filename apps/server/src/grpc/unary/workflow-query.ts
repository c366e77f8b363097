import type { ExecutionId } from '@flovyn/engine';
import { parseText, parseUuid } from '@flovyn/protocol';
import {
  type QueryWorkflowResponse,
  type WorkflowQueryServer,
  parseJsonBytes,
  toJsonBytes,
} from '@flovyn/protocol/grpc';
import type { Carrier, Handler } from './call.js';
import type { QueryWorkflowRequest } from '@flovyn/protocol/grpc';
import type { UnaryHouse } from './parts.js';
import { answerFromStore } from './stored-answers.js';

/** 10 s: an instance that must be replayed first takes its time, and whoever asks is a person waiting. */
const ANSWER_MS = 10_000;

/** Questions to an execution: its code answers when a worker can run it, else what is stored of it does. */
export function workflowQuery(house: UnaryHouse, carry: Carrier): WorkflowQueryServer {
  return { queryWorkflow: carry(queryHandler(house)) };
}

function queryHandler({ engine, store }: UnaryHouse): Handler<QueryWorkflowRequest, QueryWorkflowResponse> {
  return async ({ request, orgId, patienceMs }) => {
    const id = parseUuid(request.workflowExecutionId, 'workflow_execution_id') as ExecutionId;
    const name = parseText(request.queryName, 'query_name');
    const params = parseJsonBytes(request.params, 'params');
    const answer =
      (await engine.queryWorkflow({ orgId, id, name, params, timeoutMs: Math.min(ANSWER_MS, patienceMs) })) ??
      (await answerFromStore(store.queries, orgId, id, name, params));
    return 'error' in answer
      ? { result: new Uint8Array(), error: answer.error }
      : { result: toJsonBytes(answer.result) };
  };
}
