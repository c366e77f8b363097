import { type Command, type Outcome, type ScheduleTask, limits } from '@flovyn/protocol';
import type { Json } from '@flovyn/protocol';
import { firstSuspendType } from '@flovyn/events';
import type { TestExecution } from './test-execution.js';

/** What commands set in motion outside of their execution. */
export interface Surroundings {
  readonly now: number;
  newPromiseId(): string;
  scheduleTask(execution: TestExecution, command: ScheduleTask): { readonly maxRetries: number };
  cancelTask(taskExecutionId: string, reason: string): void;
  /** @returns the id on the clock. */
  startTimer(execution: TestExecution, timerId: string, fireAtMs: number): string;
  /** @returns the id on the clock. */
  limitPromise(execution: TestExecution, promiseId: string, promiseName: string, timeoutAtMs: number): string;
  cancelOnClock(id: string | undefined): void;
  startChild(parent: TestExecution, command: StartChild): void;
  cancelChild(parent: TestExecution, childExecutionId: string, reason: string): void;
  signalChild(childExecutionId: string, signalName: string, signalValue: Json): void;
}

type StartChild = Extract<Command, { type: 'SCHEDULE_CHILD_WORKFLOW' }>;

/** Why a server would refuse what a turn asks for, as a whole; `undefined` when it would not. */
export function refusal(execution: TestExecution, commands: readonly Command[]): Outcome | undefined {
  if (execution.facts.length + commands.length + 1 > limits.historyEvents) {
    const error = `history-limit: the history of execution ${execution.id} would pass ${limits.historyEvents} events. Split the work into child workflows.`;
    return { type: 'FAILED', error, stackTrace: '', failureType: 'HISTORY_LIMIT' };
  }
  if (commands.length > limits.commandsPerTurn) {
    return refused(
      'INVALID_ARGUMENT',
      `A turn has ${commands.length} commands; ${limits.commandsPerTurn} is the limit`,
    );
  }
  const startsChild = commands.some(({ type }) => type === 'SCHEDULE_CHILD_WORKFLOW');
  if (startsChild && execution.depth >= limits.childDepth) {
    return refused('FAILED_PRECONDITION', `Children may be ${limits.childDepth} deep. Let an ancestor start it`);
  }
  return undefined;
}

function refused(code: string, message: string): Outcome {
  const error = `What the workflow decided was refused (${code}): ${message}`;
  return { type: 'FAILED', error, stackTrace: '', failureType: code };
}

/** Makes a command the facts that a server would make of it. */
export function carryOut(execution: TestExecution, command: Command, surroundings: Surroundings): void {
  const { open } = execution;
  switch (command.type) {
    case 'RECORD_OPERATION':
      execution.record({ type: 'OPERATION_COMPLETED', operationName: command.operationName, result: command.result });
      return;
    case 'SET_STATE':
      execution.record({ type: 'STATE_SET', key: command.key, value: command.value });
      return;
    case 'CLEAR_STATE':
      execution.record({ type: 'STATE_CLEARED', key: command.key });
      return;
    case 'SCHEDULE_TASK': {
      const { taskExecutionId, kind, input, timeoutMs } = command;
      const { maxRetries } = surroundings.scheduleTask(execution, command);
      open.tasks.set(taskExecutionId, kind);
      const queue = command.queue ?? 'default';
      execution.record({ type: 'TASK_SCHEDULED', taskExecutionId, kind, input, queue, maxRetries, timeoutMs });
      return;
    }
    case 'REQUEST_CANCEL_TASK':
      cancelTask(execution, command.taskExecutionId, command.reason, surroundings);
      return;
    case 'START_TIMER': {
      const { timerId, durationMs } = command;
      if (execution.timerIds.has(timerId)) return;
      execution.timerIds.add(timerId);
      const fireAtMs = surroundings.now + durationMs;
      execution.record({ type: 'TIMER_STARTED', timerId, durationMs, fireAtMs });
      if (durationMs <= 0) execution.record({ type: 'TIMER_FIRED', timerId });
      else open.timers.set(timerId, surroundings.startTimer(execution, timerId, fireAtMs));
      return;
    }
    case 'CANCEL_TIMER':
      cancelTimer(execution, command.timerId, surroundings);
      return;
    case 'CREATE_PROMISE': {
      const { promiseName, timeoutMs, idempotencyKey } = command;
      const promiseId = surroundings.newPromiseId();
      execution.record({
        type: 'PROMISE_CREATED',
        promiseId,
        promiseName,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      const limit =
        timeoutMs === undefined
          ? undefined
          : surroundings.limitPromise(execution, promiseId, promiseName, surroundings.now + timeoutMs);
      open.promises.set(promiseId, { name: promiseName, limit });
      return;
    }
    case 'RESOLVE_PROMISE': {
      const found = [...open.promises].find(([, { name }]) => name === command.promiseName);
      if (found === undefined) return;
      const [promiseId, { name: promiseName, limit }] = found;
      open.promises.delete(promiseId);
      surroundings.cancelOnClock(limit);
      execution.record({ type: 'PROMISE_RESOLVED', promiseId, promiseName, value: command.value });
      return;
    }
    case 'SCHEDULE_CHILD_WORKFLOW': {
      const { childExecutionName, childWorkflowExecutionId: childExecutionId, kind, input, queue } = command;
      open.children.set(childExecutionId, childExecutionName);
      const child = { childExecutionName, childWorkflowKind: kind, childExecutionId, input };
      execution.record({ type: 'CHILD_WORKFLOW_INITIATED', ...child, queue: queue === '' ? 'default' : queue });
      surroundings.startChild(execution, command);
      return;
    }
    case 'REQUEST_CANCEL_CHILD_WORKFLOW': {
      const { childWorkflowExecutionId: childExecutionId, childExecutionName, reason } = command;
      const child = { childExecutionName, childExecutionId };
      if (open.children.has(childExecutionId)) {
        cancelChild(execution, childExecutionId, reason, surroundings);
      } else {
        const error = `Child execution ${childExecutionId} has ended`;
        execution.record({ type: 'CHILD_WORKFLOW_CANCELLATION_FAILED', ...child, error });
      }
      return;
    }
    case 'SIGNAL_CHILD_WORKFLOW': {
      const { childWorkflowExecutionId: childExecutionId, signalName, signalValue } = command;
      const childExecutionName = open.children.get(childExecutionId);
      const missed = childExecutionName === undefined ? true : undefined;
      const child = { childExecutionName: childExecutionName ?? '', childExecutionId };
      execution.record({ type: 'CHILD_WORKFLOW_SIGNALLED', ...child, signalName, missed });
      if (missed === undefined) surroundings.signalChild(childExecutionId, signalName, signalValue);
      return;
    }
    case 'REQUEST_CANCELLATION':
      if (execution.isCancellationRequested) return;
      execution.isCancellationRequested = true;
      execution.record({ type: 'CANCELLATION_REQUESTED', reason: command.reason, requestedBy: 'workflow' });
      return;
  }
}

/** Makes the end of a turn its fact. What a cancelled execution has open is cancelled before it. */
export function conclude(execution: TestExecution, outcome: Outcome, surroundings: Surroundings): void {
  if (outcome.type === 'CANCELLED') cancelAll(execution, outcome.reason, surroundings);
  execution.outcome = outcome;
  switch (outcome.type) {
    case 'SUSPENDED': {
      const { reason, waitingOn } = outcome;
      const suspendType = firstSuspendType(waitingOn);
      execution.record({ type: 'WORKFLOW_SUSPENDED', reason, suspendType, waitingOn });
      return;
    }
    case 'COMPLETED':
      execution.record({ type: 'WORKFLOW_COMPLETED', output: outcome.output });
      break;
    case 'FAILED': {
      const { error, stackTrace, failureType } = outcome;
      execution.record({ type: 'WORKFLOW_EXECUTION_FAILED', error, stackTrace, failureType });
      break;
    }
    case 'CANCELLED':
      execution.record({ type: 'WORKFLOW_CANCELLED', reason: outcome.reason });
      break;
  }
  // Nobody waits for time any more.
  for (const id of execution.open.timers.values()) surroundings.cancelOnClock(id);
  for (const { limit } of execution.open.promises.values()) surroundings.cancelOnClock(limit);
}

function cancelAll(execution: TestExecution, reason: string, surroundings: Surroundings): void {
  const { tasks, timers, children } = execution.open;
  for (const id of tasks.keys()) cancelTask(execution, id, reason, surroundings);
  for (const id of timers.keys()) cancelTimer(execution, id, surroundings);
  for (const id of children.keys()) {
    if (!execution.askedToEnd.has(id)) cancelChild(execution, id, reason, surroundings);
  }
}

function cancelTask(execution: TestExecution, id: string, reason: string, surroundings: Surroundings): void {
  const kind = execution.open.tasks.get(id);
  if (kind === undefined) return;
  execution.open.tasks.delete(id);
  execution.record({ type: 'TASK_CANCELLED', taskExecutionId: id, kind, reason });
  surroundings.cancelTask(id, reason);
}

function cancelTimer(execution: TestExecution, timerId: string, surroundings: Surroundings): void {
  const onClock = execution.open.timers.get(timerId);
  if (onClock === undefined) return;
  execution.open.timers.delete(timerId);
  surroundings.cancelOnClock(onClock);
  execution.record({ type: 'TIMER_CANCELLED', timerId });
}

function cancelChild(execution: TestExecution, id: string, reason: string, surroundings: Surroundings): void {
  const childExecutionName = execution.open.children.get(id) ?? '';
  const named = { childExecutionName, childExecutionId: id };
  execution.askedToEnd.add(id);
  execution.record({ type: 'CHILD_WORKFLOW_CANCELLATION_REQUESTED', ...named, reason });
  surroundings.cancelChild(execution, id, reason);
}
