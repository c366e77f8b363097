import { type HistoryEvent, ServiceError, readEvent } from '@flovyn/protocol';
import type { Change } from '../change.js';
import { type Circumstances, decided, decidedAfter } from '../decision.js';
import type {
  CancelRequest,
  SettleRequest,
  SignalRequest,
  SignalWithStartRequest,
  Signalled,
  StartChildRequest,
  Started,
} from '../engine.js';
import { decideCancelRequest } from '../execution/cancel.js';
import { carryOut, turnLimits } from '../execution/commands.js';
import { decideSettling } from '../execution/promise.js';
import { noExecution } from '../execution/refusals.js';
import { decideRetry } from '../execution/retry.js';
import { decideSignal } from '../execution/signal.js';
import { isTerminalWorkflow } from '../execution/state.js';
import type { ExecutionId, OrgId, TaskId } from '../ids.js';
import type { IdempotencyKey, PromiseRecord, Queries } from '../ports/store.js';
import type { Clock, Ids } from '../ports/surroundings.js';
import { startWorkflow } from './start.js';

/** What people and programs ask of executions, each one change. */

export function signalWorkflow({ orgId, id, signalName, signalValue }: SignalRequest): Change<Signalled> {
  const signal = { signalName, signalValue };
  return { id, orgId, bytes: signalValue.length, decide: (circumstances) => decideSignal(circumstances, id, signal) };
}

type SignalledOrStarted = Signalled & { readonly id: ExecutionId; readonly created: boolean };

/**
 * Signals the execution a key stands for while that is open, else starts one with the signal in it. The key then stands
 * for the new one, also where the old one keeps its key after a good end.
 */
export function signalWithStart(request: SignalWithStartRequest, ids: Ids): Change<SignalledOrStarted> {
  const { orgId, key, signalName, signalValue, ...start } = request;
  const starting = startWorkflow({ ...start, orgId, idempotency: key }, ids);
  const { id } = starting;
  return {
    id,
    orgId,
    fresh: true,
    keys: [key.key],
    bytes: request.input.length + signalValue.length,
    decide: (circumstances) => {
      const holder = circumstances.key(key.key);
      const target = openTarget(holder, circumstances);
      if (target !== undefined) return { instead: signalled(orgId, target, request) };
      const begun = starting.decide({ ...circumstances, key: () => undefined });
      return {
        ...begun,
        ...decidedAfter(
          [...begun.occurrences, { type: 'SIGNAL_RECEIVED', signalName, signalValue, withStart: true }],
          (after) => ({ sequence: after.sequence, resumed: false, id, created: true }),
        ),
      };
    },
  };
}

function openTarget(holder: IdempotencyKey | undefined, circumstances: Circumstances): ExecutionId | undefined {
  if (holder === undefined) return undefined;
  if (holder.target !== 'workflow') {
    throw new ServiceError(
      'FAILED_PRECONDITION',
      `Idempotency key "${holder.key}" stands for ${holder.target} ${holder.targetId}, which takes no signals. Use another key.`,
    );
  }
  const id = holder.targetId as ExecutionId;
  const workflow = circumstances.other(id)?.workflow;
  return workflow === undefined || isTerminalWorkflow(workflow) ? undefined : id;
}

function signalled(orgId: OrgId, id: ExecutionId, signal: SignalWithStartRequest): Change<SignalledOrStarted> {
  const { signalName, signalValue } = signal;
  return {
    id,
    orgId,
    decide: (circumstances) => {
      const decision = decideSignal(circumstances, id, { signalName, signalValue });
      const resumed = circumstances.execution?.workflow?.status === 'WAITING';
      return decidedAfter(decision.occurrences, ({ sequence }) => ({ sequence, resumed, id, created: false }));
    },
  };
}

export function cancelWorkflow({ orgId, id, reason, requestedBy }: CancelRequest): Change<void> {
  return {
    id,
    orgId,
    decide: (circumstances) => {
      if (circumstances.execution?.workflow === undefined) throw noExecution(id);
      return decideCancelRequest(circumstances, { reason, requestedBy });
    },
  };
}

/** The facts about tasks: of a long history, only these are read whole. */
const TASK_FACTS: ReadonlySet<string> = new Set<HistoryEvent['type']>([
  'TASK_SCHEDULED',
  'TASK_COMPLETED',
  'TASK_FAILED',
  'TASK_CANCELLED',
]);

/** Reads first which ends the history lacks: what ended while the execution was closed is told to it when it opens. */
export async function retryWorkflow(
  { orgId, id, note }: { readonly orgId: OrgId; readonly id: ExecutionId; readonly note: string },
  queries: Queries,
): Promise<Change<void>> {
  const history = await queries.history(orgId, id, {});
  if (history === undefined) throw noExecution(id);
  const unended = new Set<TaskId>();
  for (const recorded of history) {
    if (!TASK_FACTS.has(recorded.type)) continue;
    const event = readEvent(recorded) as Extract<HistoryEvent, { taskExecutionId: string }>;
    const taskId = event.taskExecutionId as TaskId;
    if (event.type === 'TASK_SCHEDULED') unended.add(taskId);
    else unended.delete(taskId);
  }
  const retry = { id, note, unended: [...unended] };
  return { id, orgId, taskIds: retry.unended, decide: (circumstances) => decideRetry(circumstances, retry) };
}

/** Where a promise is, is said once and for ever: it is looked up first, and settled where it is. */
export async function settlePromise(
  { orgId, promise, outcome }: SettleRequest,
  queries: Queries,
  clock: Clock,
): Promise<Change<{ promiseId: string; already: boolean }>> {
  const found = await findPromise(orgId, promise, queries, clock);
  const bytes = outcome.type === 'resolved' ? outcome.value.length : outcome.error.length;
  return {
    id: found.executionId,
    orgId,
    waits: [{ type: 'promise', key: found.key }],
    bytes,
    decide: (circumstances) => decideSettling(circumstances, found, outcome),
  };
}

async function findPromise(
  orgId: OrgId,
  promise: SettleRequest['promise'],
  queries: Queries,
  clock: Clock,
): Promise<PromiseRecord> {
  if (!('key' in promise)) {
    const found = await queries.promise(orgId, promise);
    if (found !== undefined) return found;
    throw new ServiceError(
      'NOT_FOUND',
      `There is no promise ${'promiseId' in promise ? promise.promiseId : `"${promise.name}" in execution ${promise.executionId}`}.`,
    );
  }
  const key = await queries.key({ orgId, key: promise.key }, clock.now());
  const found = key?.target === 'promise' ? await queries.promise(orgId, { promiseId: key.targetId }) : undefined;
  if (found !== undefined) return found;
  throw new ServiceError('NOT_FOUND', `No promise has the idempotency key "${promise.key}", or the key has expired.`);
}

/** A child that is asked for from outside of its parent's code. */
export function startChild(request: StartChildRequest, ids: Ids): Change<Started> {
  const { orgId, parentId, name, kind, input, queue, prioritySeconds } = request;
  const id = ids.executionId();
  return {
    id: parentId,
    orgId,
    bytes: input.length,
    decide: (circumstances) => {
      const { execution, now } = circumstances;
      const workflow = execution?.workflow;
      if (execution === undefined || workflow === undefined) {
        throw new ServiceError('NOT_FOUND', `Parent workflow not found: there is no execution ${parentId}.`);
      }
      if (isTerminalWorkflow(workflow)) {
        throw new ServiceError(
          'FAILED_PRECONDITION',
          `Execution ${parentId} is ${workflow.status} and starts no more children.`,
        );
      }
      const command = {
        type: 'SCHEDULE_CHILD_WORKFLOW',
        childExecutionName: name,
        childWorkflowExecutionId: id,
        kind,
        input,
        queue,
        prioritySeconds,
      } as const;
      const { open } = carryOut({ execution, workflow }, [command], circumstances, () => ids.executionId(), turnLimits);
      return decided({ id, created: true, createdAt: now }, open.occurrences);
    },
  };
}
