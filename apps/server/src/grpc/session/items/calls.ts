import type { ExecutionId } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { type ServerItem, serverItem, toJsonBytes } from '@flovyn/protocol/grpc';
import { parseStartWorkflow, startedMessage } from '../../requests/start-workflow.js';
import type { Result } from '../results.js';
import { type ItemHandlers, execution } from './context.js';

/** At most so many results are waited for in one session. */
const AWAITED = 10_000;

/** What a worker, or a mere caller, asks for: starts and results. */
export const callItems: ItemHandlers<'startWorkflow' | 'awaitResult'> = {
  async startWorkflow({ engine, orgId, results, starting }, { workflowExecutionId, request }) {
    if (request === undefined) throw new ServiceError('INVALID_ARGUMENT', 'A start needs its request.');
    const id = execution(workflowExecutionId);
    const begun = engine.startWorkflow({ ...parseStartWorkflow(request, orgId), id });
    starting.set(id, begun);
    try {
      const started = await begun;
      if (started.created) results.began(orgId, id);
      return { $case: 'started', value: startedMessage(request, started) };
    } finally {
      starting.delete(id);
    }
  },

  awaitResult({ awaited, starting, results, orgId, send }, { workflowExecutionId }) {
    const id = execution(workflowExecutionId);
    if (awaited.has(id)) return;
    if (awaited.size >= AWAITED) {
      send(ended(id, { status: 'UNKNOWN', code: 'RESOURCE_EXHAUSTED' }));
      return;
    }
    const stop = results.await(orgId, id, starting.get(id), (result) => {
      awaited.delete(id);
      send(ended(id, result));
    });
    awaited.set(id, stop);
  },
};

function ended(id: ExecutionId, result: Result): ServerItem {
  const common = { workflowExecutionId: id, output: undefined, error: undefined, refused: undefined };
  switch (result.status) {
    case 'COMPLETED':
      return serverItem('executionEnded', { ...common, status: 'COMPLETED', output: toJsonBytes(result.output) });
    case 'FAILED':
    case 'CANCELLED':
      return serverItem('executionEnded', { ...common, status: result.status, error: result.error });
    case 'UNKNOWN':
      return serverItem('executionEnded', {
        ...common,
        status: 'WORKFLOW_STATUS_UNSPECIFIED',
        refused: result.code,
      });
  }
}
