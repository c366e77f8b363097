import type { ExecutionId } from '@flovyn/engine';
import { isUuid } from '@flovyn/protocol';
import type { ExecutionSpan, WorkflowDispatchServer } from '@flovyn/protocol/grpc';
import type { Handlers } from '../call.js';
import type { UnaryHouse } from '../parts.js';

/** More of one report are not looked at. */
const MOST_SPANS = 100;

const TYPES: ReadonlySet<string> = new Set([
  'workflow.execute',
  'workflow.replay',
  'task.execute',
  'task.retry',
  'activity.execute',
  'run.execute',
]);

/** Timings of workers. Counted and let go of: this version keeps none. */
export function spanHandlers({ store }: UnaryHouse): Handlers<WorkflowDispatchServer, 'reportExecutionSpans'> {
  return {
    async reportExecutionSpans({ request, orgId }) {
      const fitting = request.spans.slice(0, MOST_SPANS).filter(isFitting).map(executionOf);
      const existing = fitting.length === 0 ? undefined : await store.queries.existing(orgId, [...new Set(fitting)]);
      const acceptedCount = fitting.filter((id) => existing?.has(id)).length;
      return { acceptedCount, rejectedCount: request.spans.length - acceptedCount };
    },
  };
}

function isFitting({ spanType, workflowId }: ExecutionSpan): boolean {
  return TYPES.has(spanType) && isUuid(workflowId);
}

function executionOf({ workflowId }: ExecutionSpan): ExecutionId {
  return workflowId.toLowerCase() as ExecutionId;
}
