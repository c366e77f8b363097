import type { Command, Outcome, RetryPolicy, ScheduleTask } from '../command.js';
import type {
  CreatePromiseCommand,
  ScheduleChildWorkflowCommand,
  ScheduleTaskCommand,
  WorkflowCommand,
} from '../gen/flovyn/v1/workflow_dispatch.js';
import { jsonNull } from '../json.js';
import { limits } from '../limits.js';
import { ServiceError } from '../service-error.js';
import {
  parseIdempotencyKey,
  parseInteger,
  parseKind,
  parseName,
  parseNumber,
  parseQueue,
  parseText,
  parseUuid,
} from '../validate.js';
import type { WireTurn } from './command.js';
import { parseJsonBytes } from './json-bytes.js';
import { fromSuspendCommand } from './waiting.js';

/** What a worker decided in a turn, checked. */
export interface ParsedTurn {
  readonly commands: readonly Command[];
  /** `undefined` when the turn goes on: its status was RUNNING. */
  readonly outcome: Outcome | undefined;
}

/**
 * Reads a turn from either worker service and checks every id, name, number and payload in it. Commands are put in the
 * order of their numbers, which some workers begin at 1 and others behind the history. Commands without a kind, or of a
 * kind this version does not know, are passed over. A command that says how the turn ended may be missing.
 *
 * @throws {ServiceError} INVALID_ARGUMENT, INVALID_IDENTIFIER, PAYLOAD_TOO_LARGE, JSON_TOO_COMPLEX or MALFORMED_JSON
 */
export function parseWireTurn(turn: Readonly<WireTurn>): ParsedTurn {
  parseInteger(turn.commands.length, 'The number of commands of one turn', 0, limits.commandsPerTurn);
  const ordered = turn.commands.toSorted((a, b) => a.sequenceNumber - b.sequenceNumber);
  const commands: Command[] = [];
  const endings: Ending[] = [];
  for (const message of ordered) {
    const data = dataOf(message);
    if (data === undefined) continue;
    if (isEnding(data)) endings.push(data);
    else commands.push(parseCommand(data));
  }
  return { commands, outcome: parseOutcome(turn.status, endings) };
}

type CommandData = NonNullable<WorkflowCommand['commandData']>;
type Ending = Extract<
  CommandData,
  { $case: 'completeWorkflow' | 'failWorkflow' | 'suspendWorkflow' | 'cancelWorkflow' }
>;

function isEnding(data: CommandData): data is Ending {
  return (
    data.$case === 'completeWorkflow' ||
    data.$case === 'failWorkflow' ||
    data.$case === 'suspendWorkflow' ||
    data.$case === 'cancelWorkflow'
  );
}

function dataOf({ commandType, commandData }: WorkflowCommand): CommandData | undefined {
  if (commandData !== undefined) return commandData;
  if (commandType === 'COMMAND_TYPE_UNSPECIFIED' || commandType === 'UNRECOGNIZED') return undefined;
  throw new ServiceError('INVALID_ARGUMENT', `A ${commandType} command must carry its data.`);
}

function parseCommand(data: Exclude<CommandData, Ending>): Command {
  switch (data.$case) {
    case 'recordOperation':
      return {
        type: 'RECORD_OPERATION',
        operationName: parseName(data.value.operationName, 'operation_name'),
        result: parseJsonBytes(data.value.result, 'result'),
      };
    case 'setState':
      return {
        type: 'SET_STATE',
        key: parseName(data.value.key, 'key'),
        value: parseJsonBytes(data.value.value, 'value'),
      };
    case 'clearState':
      return { type: 'CLEAR_STATE', key: parseName(data.value.key, 'key') };
    case 'scheduleTask':
      return parseScheduleTask(data.value);
    case 'startTimer':
      return {
        type: 'START_TIMER',
        timerId: parseName(data.value.timerId, 'timer_id'),
        // A time that has passed already is no mistake: the timer fires at once.
        durationMs: Math.max(
          0,
          parseInteger(data.value.durationMs, 'duration_ms', -limits.timerMaxMs, limits.timerMaxMs),
        ),
      };
    case 'cancelTimer':
      return { type: 'CANCEL_TIMER', timerId: parseName(data.value.timerId, 'timer_id') };
    case 'createPromise':
      return parseCreatePromise(data.value);
    case 'resolvePromise':
      return {
        type: 'RESOLVE_PROMISE',
        promiseName: parseName(data.value.promiseId, 'promise_id'),
        value: parseJsonBytes(data.value.value, 'value'),
      };
    case 'scheduleChildWorkflow':
      return parseScheduleChild(data.value);
    case 'requestCancelChildWorkflow':
      return {
        type: 'REQUEST_CANCEL_CHILD_WORKFLOW',
        childExecutionName: data.value.childExecutionName,
        childWorkflowExecutionId: parseUuid(data.value.childWorkflowExecutionId, 'child_workflow_execution_id'),
        reason: parseText(data.value.reason, 'reason'),
      };
    case 'requestCancelTask':
      return {
        type: 'REQUEST_CANCEL_TASK',
        taskExecutionId: parseUuid(data.value.taskExecutionId, 'task_execution_id'),
        reason: parseText(data.value.reason, 'reason'),
      };
    case 'signalChildWorkflow':
      return {
        type: 'SIGNAL_CHILD_WORKFLOW',
        childWorkflowExecutionId: parseUuid(data.value.childWorkflowExecutionId, 'child_workflow_execution_id'),
        signalName: parseName(data.value.signalName, 'signal_name'),
        signalValue: parseJsonBytes(data.value.signalValue, 'signal_value'),
      };
    case 'requestCancellation':
      return { type: 'REQUEST_CANCELLATION', reason: parseText(data.value.reason, 'reason') };
  }
}

function parseScheduleTask(message: ScheduleTaskCommand): ScheduleTask {
  const retry = parseRetry(message);
  return {
    type: 'SCHEDULE_TASK',
    taskExecutionId: parseUuid(message.taskExecutionId, 'task_execution_id'),
    kind: parseKind(message.kind),
    input: parseJsonBytes(message.input, 'input'),
    ...(message.queue ? { queue: parseQueue(message.queue) } : undefined),
    ...(Object.keys(retry).length > 0 ? { retry } : undefined),
    ...(message.timeoutMs
      ? { timeoutMs: parseInteger(message.timeoutMs, 'timeout_ms', 1, limits.taskTimeoutMaxMs) }
      : undefined),
    ...(message.prioritySeconds ? { prioritySeconds: message.prioritySeconds } : undefined),
    ...parseKey(message),
  };
}

function parseRetry(message: ScheduleTaskCommand): Partial<RetryPolicy> {
  const { maxRetries, initialDelayMs, maxDelayMs, backoffMultiplier } = message;
  const longest = limits.retryDelayMaxMs;
  return {
    ...(maxRetries === undefined
      ? undefined
      : { maxRetries: parseInteger(maxRetries, 'max_retries', 0, limits.retriesMax) }),
    ...(initialDelayMs === undefined
      ? undefined
      : { initialDelayMs: parseInteger(initialDelayMs, 'initial_delay_ms', 0, longest) }),
    ...(maxDelayMs === undefined ? undefined : { maxDelayMs: parseInteger(maxDelayMs, 'max_delay_ms', 0, longest) }),
    ...(backoffMultiplier === undefined
      ? undefined
      : { multiplier: parseNumber(backoffMultiplier, 'backoff_multiplier', 1, longest) }),
  };
}

function parseCreatePromise(message: CreatePromiseCommand): Command {
  return {
    type: 'CREATE_PROMISE',
    promiseName: parseName(message.promiseId, 'promise_id'),
    ...(message.timeoutMs
      ? { timeoutMs: parseInteger(message.timeoutMs, 'timeout_ms', 1, limits.timerMaxMs) }
      : undefined),
    ...parseKey(message),
  };
}

function parseScheduleChild(message: ScheduleChildWorkflowCommand): Command {
  return {
    type: 'SCHEDULE_CHILD_WORKFLOW',
    childExecutionName: parseName(message.childExecutionName, 'child_execution_name'),
    childWorkflowExecutionId: parseUuid(message.childWorkflowExecutionId, 'child_workflow_execution_id'),
    kind: parseKind(message.workflowKind ?? '', 'workflow_kind'),
    input: parseJsonBytes(message.input, 'input'),
    queue: message.queue === '' ? '' : parseQueue(message.queue),
    prioritySeconds: message.prioritySeconds,
  };
}

interface KeyFields {
  readonly idempotencyKey?: string;
  readonly idempotencyKeyTtlSeconds?: number;
}

function parseKey(message: Pick<ScheduleTaskCommand, 'idempotencyKey' | 'idempotencyKeyTtlSeconds'>): KeyFields {
  const { idempotencyKey: key, idempotencyKeyTtlSeconds: ttl } = message;
  if (!key) return {};
  const longest = limits.idempotencyKeyTtlMaxSeconds;
  return {
    idempotencyKey: parseIdempotencyKey(key, 'idempotency_key'),
    ...(ttl ? { idempotencyKeyTtlSeconds: parseInteger(ttl, 'idempotency_key_ttl_seconds', 1, longest) } : undefined),
  };
}

function parseOutcome(status: WireTurn['status'], endings: readonly Ending[]): Outcome | undefined {
  switch (status) {
    case 'COMPLETED': {
      const ending = endings.find((data) => data.$case === 'completeWorkflow');
      return { type: 'COMPLETED', output: ending ? parseJsonBytes(ending.value.output, 'output') : jsonNull };
    }
    case 'FAILED': {
      const ending = endings.find((data) => data.$case === 'failWorkflow');
      return {
        type: 'FAILED',
        error: parseText(ending?.value.error ?? 'Unknown', 'error'),
        stackTrace: parseText(ending?.value.stackTrace ?? '', 'stack_trace'),
        failureType: ending?.value.failureType || 'ERROR',
      };
    }
    case 'CANCELLED': {
      const ending = endings.find((data) => data.$case === 'cancelWorkflow');
      return { type: 'CANCELLED', reason: parseText(ending?.value.reason ?? '', 'reason') };
    }
    case 'SUSPENDED': {
      const ending = endings.find((data) => data.$case === 'suspendWorkflow');
      return {
        type: 'SUSPENDED',
        reason: parseText(ending?.value.reason ?? '', 'reason'),
        waitingOn: ending ? fromSuspendCommand(ending.value) : [],
      };
    }
    case 'RUNNING':
      return undefined;
    case 'WORKFLOW_STATUS_UNSPECIFIED':
    case 'UNRECOGNIZED':
      throw new ServiceError('INVALID_ARGUMENT', 'status must say how the turn ended.');
  }
}
