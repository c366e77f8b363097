import type { StreamEntry } from '@flovyn/client';
import type { Execution, ExecutionQuery, ExecutionTarget } from './executions.js';

/** As the server counts when a list does not say. */
const DEFAULT_LIMIT = 50;

/** Whether a row that a list has still belongs there. What never changes, such as its metadata, is not looked at. */
export function stillFits({ status, kind, queue }: ExecutionQuery, row: Execution): boolean {
  return (
    (status === undefined || row.status === status) &&
    (kind === undefined || row.kind === kind) &&
    (queue === undefined || row.queue === queue)
  );
}

/** Whether a list from which `gone` rows were taken may have others in their place. */
export function mayRefill({ limit = DEFAULT_LIMIT }: ExecutionQuery, rowsBefore: number): boolean {
  return rowsBefore >= limit;
}

/**
 * Whether news bring a list an execution that it does not have. News say its kind and its status at most; whether the rest
 * of the filter lets it in, only the server knows.
 */
export function mayEnter({ status, kind }: ExecutionQuery, type: ExecutionTarget['type'], news: StreamEntry): boolean {
  const { event } = news.frame;
  if (event.type !== 'Event') return false;
  const said = 'kind' in event.data ? event.data.kind : undefined;
  if (kind !== undefined && said !== undefined && said !== kind) return false;
  // What is not new was there before, unless its status is what it comes in by.
  if (status === undefined) return event.event === 'WORKFLOW_CREATED' || event.event === 'TASK_CREATED';
  return statusSaid(type, event) === status;
}

function statusSaid(type: ExecutionTarget['type'], event: { event: string; data: object }): string | undefined {
  if (event.event === 'RETRY_REQUESTED') return 'PENDING';
  if (event.event === 'CANCELLATION_REQUESTED') return type === 'workflow' ? 'CANCELLING' : undefined;
  return 'status' in event.data && typeof event.data.status === 'string' ? event.data.status : undefined;
}
