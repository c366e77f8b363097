import { describe, expect, it } from 'vitest';

import type { Command, CommandType, Outcome } from '../command.js';
import { SubmitWorkflowCommandsRequest, WorkflowCommand } from '../gen/flovyn/v1/workflow_dispatch.js';
import type { Json } from '../json.js';
import { ServiceError } from '../service-error.js';
import { type WireTurn, toWireTurn } from './command.js';
import { parseWireTurn } from './parse-command.js';

const id = '550e8400-e29b-41d4-a716-446655440000';
const json = (text: string): Json => text as Json;
const suspended: Outcome = { type: 'SUSPENDED', reason: '', waitingOn: [] };

const samples: { [Type in CommandType]: readonly Extract<Command, { type: Type }>[] } = {
  RECORD_OPERATION: [{ type: 'RECORD_OPERATION', operationName: 'now', result: json('{"a": 1.0}') }],
  SET_STATE: [{ type: 'SET_STATE', key: 'k', value: json('"é"') }],
  CLEAR_STATE: [{ type: 'CLEAR_STATE', key: 'k' }],
  SCHEDULE_TASK: [
    { type: 'SCHEDULE_TASK', taskExecutionId: id, kind: 'pay', input: json('null') },
    {
      type: 'SCHEDULE_TASK',
      taskExecutionId: id,
      kind: 'pay',
      input: json('[]'),
      queue: 'slow',
      retry: { maxRetries: 0, initialDelayMs: 100, maxDelayMs: 1000, multiplier: 1.5 },
      timeoutMs: 5,
      prioritySeconds: -3,
      idempotencyKey: 'k',
      idempotencyKeyTtlSeconds: 60,
    },
  ],
  START_TIMER: [{ type: 'START_TIMER', timerId: 'sleep-1', durationMs: 31_536_000_000 }],
  CANCEL_TIMER: [{ type: 'CANCEL_TIMER', timerId: 'sleep-1' }],
  CREATE_PROMISE: [
    { type: 'CREATE_PROMISE', promiseName: 'approval' },
    { type: 'CREATE_PROMISE', promiseName: 'approval', timeoutMs: 1, idempotencyKey: 'k', idempotencyKeyTtlSeconds: 1 },
  ],
  RESOLVE_PROMISE: [{ type: 'RESOLVE_PROMISE', promiseName: 'approval', value: json('true') }],
  SCHEDULE_CHILD_WORKFLOW: [
    {
      type: 'SCHEDULE_CHILD_WORKFLOW',
      childExecutionName: 'c',
      childWorkflowExecutionId: id,
      kind: 'pay',
      input: json('1'),
      queue: '',
      prioritySeconds: 0,
    },
  ],
  REQUEST_CANCEL_CHILD_WORKFLOW: [
    { type: 'REQUEST_CANCEL_CHILD_WORKFLOW', childExecutionName: 'c', childWorkflowExecutionId: id, reason: 'r' },
  ],
  REQUEST_CANCEL_TASK: [{ type: 'REQUEST_CANCEL_TASK', taskExecutionId: id, reason: 'r' }],
  SIGNAL_CHILD_WORKFLOW: [
    { type: 'SIGNAL_CHILD_WORKFLOW', childWorkflowExecutionId: id, signalName: 's', signalValue: json('{}') },
  ],
  REQUEST_CANCELLATION: [{ type: 'REQUEST_CANCELLATION', reason: 'r' }],
};

function overTheWire(turn: WireTurn): WireTurn {
  const request = SubmitWorkflowCommandsRequest.create({ workflowExecutionId: id, ...turn });
  return SubmitWorkflowCommandsRequest.decode(SubmitWorkflowCommandsRequest.encode(request).finish());
}

function submitted(
  command: Parameters<typeof WorkflowCommand.create>[0],
  status: WireTurn['status'] = 'SUSPENDED',
): WireTurn {
  return overTheWire({ commands: [WorkflowCommand.create(command)], status });
}

describe('the commands of a turn', () => {
  it.each(Object.values(samples).flat())('$type arrives as it was sent', (command) => {
    expect(parseWireTurn(overTheWire(toWireTurn([command], suspended)))).toEqual({
      commands: [command],
      outcome: suspended,
    });
  });

  it('are numbered from 1, the end last', () => {
    const { commands } = toWireTurn([...samples.SET_STATE, ...samples.CLEAR_STATE], suspended);
    expect(commands.map((command) => [command.sequenceNumber, command.commandType])).toEqual([
      [1, 'SET_STATE'],
      [2, 'CLEAR_STATE'],
      [3, 'SUSPEND_WORKFLOW'],
    ]);
  });

  it.each<Outcome>([
    { type: 'COMPLETED', output: json('[1.0]') },
    { type: 'FAILED', error: 'no', stackTrace: 'at x', failureType: 'DETERMINISM_VIOLATION' },
    { type: 'CANCELLED', reason: 'asked' },
    {
      type: 'SUSPENDED',
      reason: 'Waiting',
      waitingOn: [
        { type: 'SUSPEND_TYPE_TIMER', id: 'sleep-1' },
        { type: 'SUSPEND_TYPE_SIGNAL', name: 's' },
      ],
    },
  ])('end as $type', (outcome) => {
    expect(parseWireTurn(overTheWire(toWireTurn([], outcome)))).toEqual({ commands: [], outcome });
  });

  it('name the first wait of several by its precedence', () => {
    const turn = toWireTurn([], {
      type: 'SUSPENDED',
      reason: '',
      waitingOn: [{ type: 'SUSPEND_TYPE_TIMER' }, { type: 'SUSPEND_TYPE_SIGNAL' }],
    });
    expect(turn.commands[0]?.commandData?.value).toMatchObject({ suspendType: 'SUSPEND_TYPE_SIGNAL' });
  });
});

describe('turns of other SDKs', () => {
  it('are put in the order of their numbers, wherever those begin', () => {
    const command = (sequenceNumber: number, key: string): WorkflowCommand =>
      WorkflowCommand.create({
        sequenceNumber,
        commandType: 'CLEAR_STATE',
        commandData: { $case: 'clearState', value: { key } },
      });
    const turn = overTheWire({ commands: [command(9, 'c'), command(7, 'a'), command(8, 'b')], status: 'SUSPENDED' });
    expect(parseWireTurn(turn).commands).toEqual(['a', 'b', 'c'].map((key) => ({ type: 'CLEAR_STATE', key })));
  });

  it('may be suspended without a command, and say nothing of what they wait for', () => {
    expect(parseWireTurn(overTheWire({ commands: [], status: 'SUSPENDED' })).outcome).toEqual(suspended);
  });

  it('may name only the type of their wait', () => {
    const turn = submitted({
      commandData: { $case: 'suspendWorkflow', value: { reason: 'Waiting', suspendType: 'SUSPEND_TYPE_TASK' } },
    });
    expect(parseWireTurn(turn).outcome).toMatchObject({ waitingOn: [{ type: 'SUSPEND_TYPE_TASK' }] });
  });

  it('may end without the command that says how', () => {
    expect(parseWireTurn(overTheWire({ commands: [], status: 'COMPLETED' })).outcome).toEqual({
      type: 'COMPLETED',
      output: 'null',
    });
    expect(parseWireTurn(overTheWire({ commands: [], status: 'FAILED' })).outcome).toMatchObject({ error: 'Unknown' });
    expect(parseWireTurn(overTheWire({ commands: [], status: 'RUNNING' })).outcome).toBeUndefined();
  });

  it('may hold commands without a kind, which are passed over', () => {
    expect(parseWireTurn(submitted({})).commands).toEqual([]);
  });

  it('may hold a kind this version does not know', () => {
    // Field 2000 of the command, as a later version could send it.
    const later = new Uint8Array([0x08, 0xd0, 0x0f, 0x82, 0x7d, 0x02, 0x0a, 0x00]);
    const command = WorkflowCommand.decode(later);
    expect(command.commandType).toBe('UNRECOGNIZED');
    expect(parseWireTurn({ commands: [command], status: 'SUSPENDED' }).commands).toEqual([]);
  });

  it('start timers in the past at once', () => {
    const turn = submitted({ commandData: { $case: 'startTimer', value: { timerId: 't', durationMs: -5 } } });
    expect(parseWireTurn(turn).commands).toEqual([{ type: 'START_TIMER', timerId: 't', durationMs: 0 }]);
  });
});

describe('a turn is refused whole', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const task = { taskExecutionId: id, kind: 'pay', input: bytes('1') };

  it.each<[string, string, Parameters<typeof WorkflowCommand.create>[0]]>([
    [
      'INVALID_ARGUMENT',
      'task_execution_id',
      { commandData: { $case: 'scheduleTask', value: { ...task, taskExecutionId: 'x' } } },
    ],
    ['INVALID_IDENTIFIER', 'kind', { commandData: { $case: 'scheduleTask', value: { ...task, kind: 'a b' } } }],
    ['MALFORMED_JSON', 'input', { commandData: { $case: 'scheduleTask', value: { ...task, input: bytes('{') } } }],
    [
      'MALFORMED_JSON',
      'UTF-8',
      { commandData: { $case: 'setState', value: { key: 'k', value: new Uint8Array([0x22, 0xff, 0x22]) } } },
    ],
    [
      'INVALID_ARGUMENT',
      'max_retries',
      { commandData: { $case: 'scheduleTask', value: { ...task, maxRetries: 1001 } } },
    ],
    [
      'INVALID_ARGUMENT',
      'backoff_multiplier',
      { commandData: { $case: 'scheduleTask', value: { ...task, backoffMultiplier: 0.5 } } },
    ],
    [
      'INVALID_ARGUMENT',
      'timeout_ms',
      { commandData: { $case: 'scheduleTask', value: { ...task, timeoutMs: 31 * 86_400_000 } } },
    ],
    [
      'INVALID_ARGUMENT',
      'duration_ms',
      { commandData: { $case: 'startTimer', value: { timerId: 't', durationMs: 366 * 86_400_000 } } },
    ],
    [
      'INVALID_IDENTIFIER',
      'operation_name',
      { commandData: { $case: 'recordOperation', value: { operationName: '' } } },
    ],
    ['INVALID_ARGUMENT', 'data', { commandType: 'SET_STATE' }],
  ])('%s: %s', (code, word, command) => {
    const refuse = (): unknown => parseWireTurn(submitted(command));
    expect(refuse).toThrow(ServiceError);
    expect(refuse).toThrow(word);
    expect(refuse).toThrow(expect.objectContaining({ code }));
  });

  it('without a status', () => {
    expect(() => parseWireTurn({ commands: [], status: 'WORKFLOW_STATUS_UNSPECIFIED' })).toThrow('status');
  });

  it('L09 with more than 10,000 commands', () => {
    const commands = Array.from({ length: 10_001 }, () => WorkflowCommand.create({}));
    expect(parseWireTurn({ commands: commands.slice(1), status: 'SUSPENDED' }).commands).toEqual([]);
    expect(() => parseWireTurn({ commands, status: 'SUSPENDED' })).toThrow('10000');
  });
});
