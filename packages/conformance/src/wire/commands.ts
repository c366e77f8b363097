import {
  CommandType,
  CreatePromiseCommand,
  ScheduleChildWorkflowCommand,
  ScheduleTaskCommand,
  SuspendWorkflowCommand,
  type WorkflowCommand,
} from '@flovyn/protocol/grpc';
import { toBytes } from './json-bytes.js';

/** A command before its worker numbers it. */
export type ForeignCommand = Omit<WorkflowCommand, 'sequenceNumber'>;

/** The kinds that workers of a case know unless it says otherwise. */
export const WORKFLOW_KIND = 'wire-workflow';
export const TASK_KIND = 'wire-task';

const empty = new Uint8Array();

export interface TaskOptions {
  readonly kind?: string;
  readonly input?: unknown;
  readonly maxRetries?: number;
  readonly timeoutMs?: number;
  readonly queue?: string;
  readonly idempotencyKey?: string;
}

export function scheduleTask(taskExecutionId: string, { input, ...options }: TaskOptions = {}): ForeignCommand {
  const bytes = input === undefined ? empty : toBytes(input);
  const value = ScheduleTaskCommand.fromPartial({ kind: TASK_KIND, taskExecutionId, input: bytes, ...options });
  return { commandType: CommandType.SCHEDULE_TASK, commandData: { $case: 'scheduleTask', value } };
}

export interface ChildOptions {
  readonly kind?: string;
  readonly input?: unknown;
  readonly queue?: string;
}

export function scheduleChild(
  childExecutionName: string,
  childWorkflowExecutionId: string,
  { kind = WORKFLOW_KIND, input = null, queue = '' }: ChildOptions = {},
): ForeignCommand {
  const value = ScheduleChildWorkflowCommand.fromPartial({
    childExecutionName,
    childWorkflowExecutionId,
    workflowKind: kind,
    input: toBytes(input),
    queue,
  });
  return { commandType: CommandType.SCHEDULE_CHILD_WORKFLOW, commandData: { $case: 'scheduleChildWorkflow', value } };
}

export function requestCancelChild(childExecutionName: string, childWorkflowExecutionId: string): ForeignCommand {
  const value = { childExecutionName, childWorkflowExecutionId, reason: 'no longer needed' };
  return {
    commandType: CommandType.REQUEST_CANCEL_CHILD_WORKFLOW,
    commandData: { $case: 'requestCancelChildWorkflow', value },
  };
}

export function recordOperation(operationName: string, result: unknown): ForeignCommand {
  const value = { operationName, result: toBytes(result) };
  return { commandType: CommandType.RECORD_OPERATION, commandData: { $case: 'recordOperation', value } };
}

export function setState(key: string, value: unknown): ForeignCommand {
  return {
    commandType: CommandType.SET_STATE,
    commandData: { $case: 'setState', value: { key, value: toBytes(value) } },
  };
}

export function clearState(key: string): ForeignCommand {
  return { commandType: CommandType.CLEAR_STATE, commandData: { $case: 'clearState', value: { key } } };
}

export function startTimer(timerId: string, durationMs: number): ForeignCommand {
  return {
    commandType: CommandType.START_TIMER,
    commandData: { $case: 'startTimer', value: { timerId, durationMs } },
  };
}

export function cancelTimer(timerId: string): ForeignCommand {
  return { commandType: CommandType.CANCEL_TIMER, commandData: { $case: 'cancelTimer', value: { timerId } } };
}

export interface PromiseOptions {
  readonly timeoutMs?: number;
  readonly idempotencyKey?: string;
}

/** The command's `promise_id` is the name. */
export function createPromise(name: string, options: PromiseOptions = {}): ForeignCommand {
  const value = CreatePromiseCommand.fromPartial({ promiseId: name, ...options });
  return { commandType: CommandType.CREATE_PROMISE, commandData: { $case: 'createPromise', value } };
}

export function resolvePromise(name: string, value: unknown): ForeignCommand {
  return {
    commandType: CommandType.RESOLVE_PROMISE,
    commandData: { $case: 'resolvePromise', value: { promiseId: name, value: toBytes(value) } },
  };
}

export function completeWorkflow(output: unknown): ForeignCommand {
  const value = { output: toBytes(output) };
  return { commandType: CommandType.COMPLETE_WORKFLOW, commandData: { $case: 'completeWorkflow', value } };
}

export function failWorkflow(error: string, failureType = 'ERROR'): ForeignCommand {
  const value = { error, stackTrace: 'at a line of code', failureType };
  return { commandType: CommandType.FAIL_WORKFLOW, commandData: { $case: 'failWorkflow', value } };
}

/** Foreign workers say a reason and nothing else: the type is not among what they know. */
export function suspendWorkflow(reason: string): ForeignCommand {
  const value = SuspendWorkflowCommand.fromPartial({ reason });
  return { commandType: CommandType.SUSPEND_WORKFLOW, commandData: { $case: 'suspendWorkflow', value } };
}

export function cancelWorkflow(reason: string): ForeignCommand {
  return {
    commandType: CommandType.CANCEL_WORKFLOW,
    commandData: { $case: 'cancelWorkflow', value: { reason } },
  };
}

/** What a worker sends for a wish that its version cannot say. */
export function nothing(): ForeignCommand {
  return { commandType: CommandType.COMMAND_TYPE_UNSPECIFIED, commandData: undefined };
}
