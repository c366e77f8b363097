import type { Command, CommandType, Outcome } from '../command.js';
import type { ScheduleTaskCommand, WorkflowCommand, WorkflowStatus } from '../gen/flovyn/v1/workflow_dispatch.js';
import { toJsonBytes } from './json-bytes.js';
import { toSuspendCommand } from './waiting.js';

/** A turn as both worker services carry it. */
export interface WireTurn {
  commands: WorkflowCommand[];
  status: WorkflowStatus;
}

/** Prints what a turn decided: its commands numbered from 1, the one that says how it ended at the end. */
export function toWireTurn(commands: readonly Command[], outcome: Outcome): WireTurn {
  const messages = commands.map((command, index) => toWireCommand(command, index + 1));
  messages.push(toWireOutcome(outcome, messages.length + 1));
  return { commands: messages, status: outcome.type };
}

type CommandData = NonNullable<WorkflowCommand['commandData']>;
type Print<Type extends CommandType> = (command: Extract<Command, { readonly type: Type }>) => CommandData;

function toWireCommand(command: Command, sequenceNumber: number): WorkflowCommand {
  const print = printers[command.type] as (command: Command) => CommandData;
  return { commandType: command.type, sequenceNumber, commandData: print(command) };
}

const printers: { readonly [Type in CommandType]: Print<Type> } = {
  RECORD_OPERATION: ({ operationName, result }) => ({
    $case: 'recordOperation',
    value: { operationName, result: toJsonBytes(result) },
  }),
  SET_STATE: ({ key, value }) => ({ $case: 'setState', value: { key, value: toJsonBytes(value) } }),
  CLEAR_STATE: ({ key }) => ({ $case: 'clearState', value: { key } }),
  SCHEDULE_TASK: (command) => ({ $case: 'scheduleTask', value: toScheduleTask(command) }),
  START_TIMER: ({ timerId, durationMs }) => ({ $case: 'startTimer', value: { timerId, durationMs } }),
  CANCEL_TIMER: ({ timerId }) => ({ $case: 'cancelTimer', value: { timerId } }),
  CREATE_PROMISE: ({ promiseName, timeoutMs, idempotencyKey, idempotencyKeyTtlSeconds }) => ({
    $case: 'createPromise',
    value: { promiseId: promiseName, timeoutMs, idempotencyKey, idempotencyKeyTtlSeconds },
  }),
  RESOLVE_PROMISE: ({ promiseName, value }) => ({
    $case: 'resolvePromise',
    value: { promiseId: promiseName, value: toJsonBytes(value) },
  }),
  SCHEDULE_CHILD_WORKFLOW: ({ childExecutionName, childWorkflowExecutionId, kind, input, queue, prioritySeconds }) => ({
    $case: 'scheduleChildWorkflow',
    value: {
      childExecutionName,
      childWorkflowExecutionId,
      workflowKind: kind,
      workflowDefinitionId: undefined,
      input: toJsonBytes(input),
      queue,
      prioritySeconds,
    },
  }),
  REQUEST_CANCEL_CHILD_WORKFLOW: ({ childExecutionName, childWorkflowExecutionId, reason }) => ({
    $case: 'requestCancelChildWorkflow',
    value: { childExecutionName, childWorkflowExecutionId, reason },
  }),
  REQUEST_CANCEL_TASK: ({ taskExecutionId, reason }) => ({
    $case: 'requestCancelTask',
    value: { taskExecutionId, reason },
  }),
  SIGNAL_CHILD_WORKFLOW: ({ childWorkflowExecutionId, signalName, signalValue }) => ({
    $case: 'signalChildWorkflow',
    value: { childWorkflowExecutionId, signalName, signalValue: toJsonBytes(signalValue) },
  }),
  REQUEST_CANCELLATION: ({ reason }) => ({ $case: 'requestCancellation', value: { reason } }),
};

function toScheduleTask(command: Extract<Command, { readonly type: 'SCHEDULE_TASK' }>): ScheduleTaskCommand {
  return {
    kind: command.kind,
    input: toJsonBytes(command.input),
    taskExecutionId: command.taskExecutionId,
    maxRetries: command.retry?.maxRetries,
    timeoutMs: command.timeoutMs,
    queue: command.queue,
    prioritySeconds: command.prioritySeconds,
    idempotencyKey: command.idempotencyKey,
    idempotencyKeyTtlSeconds: command.idempotencyKeyTtlSeconds,
    initialDelayMs: command.retry?.initialDelayMs,
    maxDelayMs: command.retry?.maxDelayMs,
    backoffMultiplier: command.retry?.multiplier,
  };
}

function toWireOutcome(outcome: Outcome, sequenceNumber: number): WorkflowCommand {
  switch (outcome.type) {
    case 'COMPLETED':
      return {
        commandType: 'COMPLETE_WORKFLOW',
        sequenceNumber,
        commandData: { $case: 'completeWorkflow', value: { output: toJsonBytes(outcome.output) } },
      };
    case 'FAILED': {
      const { error, stackTrace, failureType } = outcome;
      return {
        commandType: 'FAIL_WORKFLOW',
        sequenceNumber,
        commandData: { $case: 'failWorkflow', value: { error, stackTrace, failureType } },
      };
    }
    case 'CANCELLED':
      return {
        commandType: 'CANCEL_WORKFLOW',
        sequenceNumber,
        commandData: { $case: 'cancelWorkflow', value: { reason: outcome.reason } },
      };
    case 'SUSPENDED':
      return {
        commandType: 'SUSPEND_WORKFLOW',
        sequenceNumber,
        commandData: { $case: 'suspendWorkflow', value: toSuspendCommand(outcome.reason, outcome.waitingOn) },
      };
  }
}
