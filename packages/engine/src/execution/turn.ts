import { firstSuspendType, parseTaskId } from '@flovyn/events';
import { type Command, type ScheduleTask, ServiceError } from '@flovyn/protocol';
import { type Circumstances, type Decision, decided } from '../decision.js';
import type { Turn } from '../engine.js';
import type { SessionId } from '../ids.js';
import type { Occurrence } from '../occurrence.js';
import { retryPolicy } from '../task/retry-policy.js';
import { isOpenTask } from '../task/state.js';
import type { WorkflowState } from './state.js';
import type { ExecutionView } from './view.js';

/** How much one execution may hold. */
export interface TurnLimits {
  readonly commands: number;
  readonly openTasks: number;
  readonly history: number;
}

export const turnLimits: TurnLimits = { commands: 10_000, openTasks: 2_000, history: 51_200 };

/** All commands of one turn and how it ended, together or not at all. */
export function decideTurn(
  { execution, now }: Circumstances,
  turn: Turn,
  sessionId: SessionId,
  limits: TurnLimits = turnLimits,
): Decision<{ sequence: number }> {
  const workflow = execution?.workflow;
  if (execution === undefined || workflow === undefined) {
    throw new ServiceError('NOT_FOUND', `There is no workflow execution ${turn.executionId}.`);
  }
  if (workflow.lastTurn?.turnId === turn.turnId) return decided({ sequence: workflow.lastTurn.sequence });

  const refusal = refuseTurn(workflow, turn, sessionId);
  if (refusal !== undefined) return refusal;

  refuseWaitForSignals(turn);
  const occurrences = commandOccurrences(execution, workflow, turn, now, limits);
  const facts = occurrences.length + 1;
  if (execution.sequence + facts > limits.history) {
    return decided({ sequence: execution.sequence + 1 }, [historyLimit(turn, limits)]);
  }
  occurrences.push(outcomeOccurrence(turn));
  const unseen = workflow.wakeSequence > turn.seenSequence;
  if (turn.outcome.type === 'SUSPENDED' && unseen) occurrences.push({ type: 'WORKFLOW_WOKEN' });
  return decided({ sequence: execution.sequence + facts }, occurrences);
}

/** The worker gives its turn back unplayed. */
export function decideTurnReleased(
  { execution }: Circumstances,
  request: { readonly token: string; readonly reason: string },
): Decision<void> {
  const workflow = execution?.workflow;
  // Nothing to give back: the claim ended in some other way.
  if (workflow?.status !== 'RUNNING' || workflow.claim.token !== request.token) return decided(undefined);
  return decided(undefined, [{ type: 'WORKFLOW_RELEASED', reason: request.reason }]);
}

function refuseTurn(
  workflow: WorkflowState,
  turn: Turn,
  sessionId: SessionId,
): Decision<{ sequence: number }> | undefined {
  const claim = workflow.status === 'RUNNING' && workflow.claim.sessionId === sessionId ? workflow.claim : undefined;
  if (turn.speculative) {
    if (claim?.speculativeSequence === turn.seenSequence) return undefined;
    const refusal = new ServiceError(
      'SPECULATION_MISSED',
      `Execution ${turn.executionId} went another way than the turn made from fact ${turn.seenSequence}. Drop the instance and replay.`,
    );
    // The claim that was made for this turn has nobody working on it: it goes round again, with the true history.
    const stranded = claim?.speculativeSequence !== undefined;
    return {
      occurrences: stranded ? [{ type: 'WORKFLOW_RELEASED', reason: 'The speculation missed' }] : [],
      answer: { refusal },
    };
  }
  if (claim?.token === turn.token) return undefined;
  throw new ServiceError(
    'LEASE_LOST',
    `The turn of execution ${turn.executionId} is no longer this worker's: its lease ended or the execution is over. Drop the instance.`,
  );
}

/** Nobody can send a signal yet: who waits for nothing else would wait for ever. */
function refuseWaitForSignals({ executionId, outcome }: Turn): void {
  if (outcome.type !== 'SUSPENDED' || outcome.waitingOn.length === 0) return;
  if (outcome.waitingOn.some(({ type }) => type !== 'SUSPEND_TYPE_SIGNAL')) return;
  const names = outcome.waitingOn.map(({ name }) => `"${name ?? ''}"`).join(', ');
  throw new ServiceError(
    'UNIMPLEMENTED',
    `Execution ${executionId} waits for signal ${names}, and this server cannot take signals yet. Nothing of the turn was stored.`,
  );
}

function commandOccurrences(
  execution: ExecutionView,
  workflow: WorkflowState,
  turn: Turn,
  now: number,
  limits: TurnLimits,
): Occurrence[] {
  if (turn.commands.length > limits.commands) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `A turn of execution ${turn.executionId} has ${turn.commands.length} commands; ${limits.commands} is the limit. Await some of them in between.`,
      { limit: limits.commands, actual: turn.commands.length },
    );
  }
  let open = 0;
  for (const task of execution.tasks.values()) if (isOpenTask(task)) open += 1;

  const occurrences: Occurrence[] = [];
  const made = new Set<string>();
  for (const command of turn.commands) {
    const occurrence = commandOccurrence(command, execution, workflow, now);
    if (occurrence.type === 'TASK_CREATED') {
      // The same task asked for twice is one task.
      if (execution.tasks.has(occurrence.taskId) || made.has(occurrence.taskId)) continue;
      made.add(occurrence.taskId);
    }
    occurrences.push(occurrence);
  }
  if (open + made.size > limits.openTasks) {
    throw new ServiceError(
      'RESOURCE_EXHAUSTED',
      `Execution ${turn.executionId} would have ${open + made.size} open tasks; ${limits.openTasks} is the limit. Await some before scheduling more.`,
      { limit: limits.openTasks, actual: open + made.size },
    );
  }
  return occurrences;
}

function commandOccurrence(
  command: Command,
  execution: ExecutionView,
  workflow: WorkflowState,
  now: number,
): Occurrence {
  switch (command.type) {
    case 'RECORD_OPERATION':
      return { type: 'OPERATION_COMPLETED', operationName: command.operationName, result: command.result };
    case 'SET_STATE':
      return { type: 'STATE_SET', key: command.key, value: command.value };
    case 'CLEAR_STATE':
      return { type: 'STATE_CLEARED', key: command.key };
    case 'SCHEDULE_TASK':
      return taskCreated(command, execution, workflow, now);
    case 'START_TIMER':
    case 'CANCEL_TIMER':
    case 'CREATE_PROMISE':
    case 'RESOLVE_PROMISE':
    case 'SCHEDULE_CHILD_WORKFLOW':
    case 'REQUEST_CANCEL_CHILD_WORKFLOW':
    case 'REQUEST_CANCEL_TASK':
    case 'SIGNAL_CHILD_WORKFLOW':
    case 'REQUEST_CANCELLATION':
      throw new ServiceError(
        'UNIMPLEMENTED',
        `This server cannot carry out ${command.type} yet (execution ${execution.id}). Nothing of the turn was stored.`,
      );
  }
}

function taskCreated(
  command: ScheduleTask,
  execution: ExecutionView,
  workflow: WorkflowState,
  now: number,
): Extract<Occurrence, { type: 'TASK_CREATED' }> {
  const taskId = parseTaskId(command.taskExecutionId);
  if (taskId === undefined) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `Task id "${command.taskExecutionId}" of execution ${execution.id} is not a UUID.`,
    );
  }
  return {
    type: 'TASK_CREATED',
    taskId,
    task: {
      id: taskId,
      orgId: execution.orgId,
      workflowExecutionId: execution.id,
      kind: command.kind,
      // An empty name and `default` both mean: where the workflow is.
      queue:
        command.queue === undefined || command.queue === '' || command.queue === 'default'
          ? workflow.queue
          : command.queue,
      input: command.input,
      metadata: workflow.metadata,
      retry: retryPolicy(command.retry),
      prioritySeconds: command.prioritySeconds ?? 0,
      createdAt: now,
      ...(command.timeoutMs === undefined ? {} : { timeoutMs: command.timeoutMs }),
      ...(command.idempotencyKey === undefined ? {} : { idempotencyKey: command.idempotencyKey }),
    },
  };
}

function outcomeOccurrence({ turnId, outcome }: Turn): Occurrence {
  switch (outcome.type) {
    case 'COMPLETED':
      return { type: 'WORKFLOW_COMPLETED', turnId, output: outcome.output };
    case 'FAILED':
      return {
        type: 'WORKFLOW_FAILED',
        turnId,
        error: outcome.error,
        stackTrace: outcome.stackTrace,
        failureType: outcome.failureType,
      };
    case 'CANCELLED':
      return { type: 'WORKFLOW_CANCELLED', turnId, reason: outcome.reason };
    case 'SUSPENDED':
      return {
        type: 'WORKFLOW_SUSPENDED',
        turnId,
        reason: outcome.reason,
        suspendType: firstSuspendType(outcome.waitingOn),
        waitingOn: outcome.waitingOn,
      };
  }
}

function historyLimit(turn: Turn, limits: TurnLimits): Occurrence {
  return {
    type: 'WORKFLOW_FAILED',
    turnId: turn.turnId,
    error: `history-limit: the history of execution ${turn.executionId} would pass ${limits.history} events. Split the work into child workflows.`,
    stackTrace: '',
    failureType: 'HISTORY_LIMIT',
  };
}
