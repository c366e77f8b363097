import type { AttemptRef, Clock, Engine, ExecutionId, OrgId, Started, TaskId, WorkerSession } from '@flovyn/engine';
import { parseUuid } from '@flovyn/protocol';
import type { Accepted, ServerItem, WorkerItemCase, WorkerItemOf } from '@flovyn/protocol/grpc';
import { executionOf } from '../hello.js';
import type { StreamCheck } from '../../workers/stream-schemas.js';
import type { Results } from '../results.js';

/** What an item does to the session it came in. */
export interface ItemContext {
  readonly session: WorkerSession;
  readonly orgId: OrgId;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly results: Results;
  /** For what its tasks write to streams of the user. */
  readonly streams: StreamCheck;
  send(item: ServerItem): void;
  /** The worker sent output: the backlog may have grown. */
  sentOutput(): void;
  entriesRefused(reasons: readonly string[]): void;
  /** Results that are waited for, and how to stop. */
  readonly awaited: Map<ExecutionId, () => void>;
  /** Starts under way. */
  readonly starting: Map<ExecutionId, Promise<Started>>;
}

/** What `Accepted` says beyond that it was. */
export type Detail = Accepted['detail'];

/**
 * Carries out an item. Checks it and hands it to the engine before it returns, so that items keep their order; resolves
 * when the effect is durable.
 */
export type ItemHandler<Case extends WorkerItemCase> = (
  context: ItemContext,
  item: WorkerItemOf<Case>,
) => Promise<Detail> | Detail;

/** The handlers of some kinds of item. */
export type ItemHandlers<Cases extends WorkerItemCase> = { readonly [Case in Cases]: ItemHandler<Case> };

/** @throws {ServiceError} INVALID_ARGUMENT when the text is no id. */
export function execution(text: string): ExecutionId {
  return parseUuid(text, 'workflow_execution_id') as ExecutionId;
}

/** The attempt an item is about. */
export function attempt(item: {
  taskExecutionId: string;
  workflowExecutionId: string;
  claimToken: string;
}): AttemptRef {
  const taskId = parseUuid(item.taskExecutionId, 'task_execution_id') as TaskId;
  return { taskId, executionId: executionOf(taskId, item.workflowExecutionId), token: item.claimToken };
}
