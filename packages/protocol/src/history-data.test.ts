import { type HistoryEventType, historyEventTypes } from '@flovyn/events';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { decodeEventData, encodeEventData, readEvent } from './history-data.js';
import type { HistoryEvent, HistoryEventName } from './history-event.js';
import type { Json } from './json.js';

const json = (text: string): Json => text as Json;

type Golden = {
  [Name in HistoryEventName]: readonly [fact: Extract<HistoryEvent, { type: Name }>, stored: string];
};

/** The stored form is read by workers in other languages: these lines are only ever added to. */
const golden: Golden = {
  WORKFLOW_STARTED: [{ type: 'WORKFLOW_STARTED', input: json('{"n":1}') }, '{"input":{"n":1}}'],
  TASK_SCHEDULED: [
    {
      type: 'TASK_SCHEDULED',
      taskExecutionId: 't-1',
      kind: 'charge',
      input: json('[1]'),
      queue: 'default',
      maxRetries: 3,
      timeoutMs: 1000,
      idempotencyKey: 'k "1"',
    },
    '{"taskExecutionId":"t-1","kind":"charge","input":[1],"queue":"default","maxRetries":3,"timeoutMs":1000,"idempotencyKey":"k \\"1\\""}',
  ],
  TASK_COMPLETED: [
    { type: 'TASK_COMPLETED', taskExecutionId: 't-1', kind: 'charge', output: json('{"ok":true}') },
    '{"taskExecutionId":"t-1","kind":"charge","output":{"ok":true}}',
  ],
  TASK_FAILED: [
    { type: 'TASK_FAILED', taskExecutionId: 't-1', kind: 'charge', error: 'no', retryable: false, cancelled: true },
    '{"taskExecutionId":"t-1","kind":"charge","error":"no","retryable":false,"cancelled":true}',
  ],
  TASK_CANCELLED: [
    { type: 'TASK_CANCELLED', taskExecutionId: 't-1', kind: 'charge', reason: 'asked' },
    '{"taskExecutionId":"t-1","kind":"charge","reason":"asked"}',
  ],
  TIMER_STARTED: [
    { type: 'TIMER_STARTED', timerId: 'sleep-1', durationMs: 5, fireAtMs: 1700000000005 },
    '{"timerId":"sleep-1","durationMs":5,"fireAtMs":1700000000005}',
  ],
  TIMER_FIRED: [{ type: 'TIMER_FIRED', timerId: 'sleep-1' }, '{"timerId":"sleep-1"}'],
  TIMER_CANCELLED: [{ type: 'TIMER_CANCELLED', timerId: 'sleep-1' }, '{"timerId":"sleep-1"}'],
  PROMISE_CREATED: [
    { type: 'PROMISE_CREATED', promiseId: 'p-1', promiseName: 'approval', timeoutMs: 10, idempotencyKey: 'k' },
    '{"promiseId":"p-1","promiseName":"approval","timeoutMs":10,"idempotencyKey":"k"}',
  ],
  PROMISE_RESOLVED: [
    { type: 'PROMISE_RESOLVED', promiseId: 'p-1', promiseName: 'approval', value: json('true') },
    '{"promiseId":"p-1","promiseName":"approval","value":true}',
  ],
  PROMISE_REJECTED: [
    { type: 'PROMISE_REJECTED', promiseId: 'p-1', promiseName: 'approval', error: 'no' },
    '{"promiseId":"p-1","promiseName":"approval","error":"no"}',
  ],
  PROMISE_TIMEOUT: [
    { type: 'PROMISE_TIMEOUT', promiseId: 'p-1', promiseName: 'approval' },
    '{"promiseId":"p-1","promiseName":"approval"}',
  ],
  CHILD_WORKFLOW_INITIATED: [
    {
      type: 'CHILD_WORKFLOW_INITIATED',
      childExecutionName: 'c',
      childWorkflowKind: 'pay',
      childExecutionId: 'w-2',
      input: json('null'),
      queue: 'q',
    },
    '{"childExecutionName":"c","childWorkflowKind":"pay","childExecutionId":"w-2","childworkflowExecutionId":"w-2","input":null,"queue":"q"}',
  ],
  CHILD_WORKFLOW_STARTED: [
    { type: 'CHILD_WORKFLOW_STARTED', childExecutionName: 'c', childExecutionId: 'w-2' },
    '{"childExecutionName":"c","childExecutionId":"w-2"}',
  ],
  CHILD_WORKFLOW_COMPLETED: [
    { type: 'CHILD_WORKFLOW_COMPLETED', childExecutionName: 'c', childExecutionId: 'w-2', output: json('7') },
    '{"childExecutionName":"c","childExecutionId":"w-2","childworkflowExecutionId":"w-2","output":7}',
  ],
  CHILD_WORKFLOW_FAILED: [
    { type: 'CHILD_WORKFLOW_FAILED', childExecutionName: 'c', childExecutionId: 'w-2', error: 'no' },
    '{"childExecutionName":"c","childExecutionId":"w-2","childworkflowExecutionId":"w-2","error":"no"}',
  ],
  CHILD_WORKFLOW_CANCELLED: [
    { type: 'CHILD_WORKFLOW_CANCELLED', childExecutionName: 'c', childExecutionId: 'w-2', reason: 'asked' },
    '{"childExecutionName":"c","childExecutionId":"w-2","childworkflowExecutionId":"w-2","reason":"asked"}',
  ],
  CHILD_WORKFLOW_CANCELLATION_REQUESTED: [
    {
      type: 'CHILD_WORKFLOW_CANCELLATION_REQUESTED',
      childExecutionName: 'c',
      childExecutionId: 'w-2',
      reason: 'asked',
    },
    '{"childExecutionName":"c","childWorkflowExecutionId":"w-2","reason":"asked"}',
  ],
  CHILD_WORKFLOW_CANCELLATION_FAILED: [
    { type: 'CHILD_WORKFLOW_CANCELLATION_FAILED', childExecutionName: 'c', childExecutionId: 'w-2', error: 'done' },
    '{"childExecutionName":"c","childWorkflowExecutionId":"w-2","error":"done"}',
  ],
  CHILD_WORKFLOW_SIGNALLED: [
    {
      type: 'CHILD_WORKFLOW_SIGNALLED',
      childExecutionName: 'c',
      childExecutionId: 'w-2',
      signalName: 's',
      missed: true,
    },
    '{"childExecutionName":"c","childExecutionId":"w-2","signalName":"s","missed":true}',
  ],
  OPERATION_COMPLETED: [
    { type: 'OPERATION_COMPLETED', operationName: 'now', result: json('"x"') },
    '{"operationName":"now","result":"x"}',
  ],
  STATE_SET: [{ type: 'STATE_SET', key: 'k', value: json('[ ]') }, '{"key":"k","value":[ ]}'],
  STATE_CLEARED: [{ type: 'STATE_CLEARED', key: 'k' }, '{"key":"k"}'],
  SIGNAL_RECEIVED: [
    { type: 'SIGNAL_RECEIVED', signalName: 's', signalValue: json('{"a":"b"}'), withStart: true },
    '{"signalName":"s","signalValue":{"a":"b"},"withStart":true}',
  ],
  CANCELLATION_REQUESTED: [
    { type: 'CANCELLATION_REQUESTED', reason: 'asked', requestedBy: 'user:1' },
    '{"reason":"asked","requestedBy":"user:1"}',
  ],
  WORKFLOW_SUSPENDED: [
    {
      type: 'WORKFLOW_SUSPENDED',
      reason: 'Waiting for signal',
      suspendType: 'SUSPEND_TYPE_SIGNAL',
      waitingOn: [{ type: 'SUSPEND_TYPE_SIGNAL', name: 's' }],
    },
    '{"reason":"Waiting for signal","suspendType":"SUSPEND_TYPE_SIGNAL","waitingOn":[{"type":"SUSPEND_TYPE_SIGNAL","name":"s"}]}',
  ],
  WORKFLOW_COMPLETED: [{ type: 'WORKFLOW_COMPLETED', output: json('1e2') }, '{"output":1e2}'],
  WORKFLOW_EXECUTION_FAILED: [
    { type: 'WORKFLOW_EXECUTION_FAILED', error: 'no', stackTrace: 'at x\n', failureType: 'ERROR' },
    '{"error":"no","stackTrace":"at x\\n","failureType":"ERROR"}',
  ],
  WORKFLOW_CANCELLED: [{ type: 'WORKFLOW_CANCELLED', reason: 'asked' }, '{"reason":"asked"}'],
  RETRY_REQUESTED: [
    { type: 'RETRY_REQUESTED', note: 'again', previousError: 'no' },
    '{"note":"again","previousError":"no"}',
  ],
};

describe('the stored form of a fact', () => {
  it('covers every name the contract knows, and no other', () => {
    expectTypeOf<HistoryEventName>().toEqualTypeOf<HistoryEventType>();
    expect(Object.keys(golden).toSorted()).toEqual([...historyEventTypes].toSorted());
  });

  it.each(Object.values(golden))('$type is written as recorded and read back equal', (fact, stored) => {
    expect(encodeEventData(fact)).toBe(stored);
    expect(decodeEventData(fact.type, json(stored))).toEqual(fact);
    JSON.parse(stored);
  });

  it('leaves members out that were not said', () => {
    const { timeoutMs: _timeoutMs, idempotencyKey: _key, ...scheduled } = golden.TASK_SCHEDULED[0];
    const stored = encodeEventData(scheduled);
    expect(stored).not.toContain('timeoutMs');
    expect(decodeEventData('TASK_SCHEDULED', stored)).toEqual(scheduled);
  });

  it('passes payloads on as their author wrote them', () => {
    const output = json('{"z": 1.0,  "a":1e400, "deep":{"\\"]}":[1,"}"]}}');
    const stored = encodeEventData({ type: 'WORKFLOW_COMPLETED', output });
    expect(decodeEventData('WORKFLOW_COMPLETED', stored).output).toBe(output);
  });
});

describe('facts of other servers', () => {
  it.each([
    ['TASK_SCHEDULED', '{"taskId":"t","taskType":"k"}', { taskExecutionId: 't', kind: 'k', maxRetries: 3, queue: '' }],
    ['TASK_COMPLETED', '{"task_execution_id":"t","task_type":"k","result":1,"output":2}', { output: '1', kind: 'k' }],
    ['TASK_COMPLETED', '{"taskExecutionId":"t","result":null,"output":2}', { output: 'null' }],
    ['TASK_FAILED', '{"taskExecutionId":"t","error":"no"}', { retryable: true }],
    ['TIMER_STARTED', '{"timer_id":"x","duration":9}', { timerId: 'x', durationMs: 9 }],
    ['PROMISE_CREATED', '{"promiseId":"p"}', { promiseName: 'p', promiseId: 'p' }],
    [
      'CHILD_WORKFLOW_INITIATED',
      '{"name":"c","workflowKind":"k","childworkflowExecutionId":"w"}',
      {
        childExecutionName: 'c',
        childWorkflowKind: 'k',
        childExecutionId: 'w',
      },
    ],
    ['OPERATION_COMPLETED', '{"name":"op","output":[]}', { operationName: 'op', result: '[]' }],
    ['SIGNAL_RECEIVED', '{"signalValue":1}', { signalName: '__default__', signalValue: '1' }],
    [
      'WORKFLOW_SUSPENDED',
      '{"suspendType":"SUSPEND_TYPE_NEW"}',
      { suspendType: 'SUSPEND_TYPE_UNSPECIFIED', waitingOn: [] },
    ],
  ] as const)('%s is read from %s', (type, data, expected) => {
    expect(readEvent({ type, data: json(data) })).toMatchObject(expected);
  });

  it('keeps a fact it does not know whole', () => {
    expect(readEvent({ type: 'TIMER_RESCHEDULED', data: json('{"a":1}') })).toEqual({
      type: 'UNKNOWN',
      eventType: 'TIMER_RESCHEDULED',
      data: '{"a":1}',
    });
    expect(readEvent({ type: 'toString', data: json('{}') })).toMatchObject({ type: 'UNKNOWN' });
  });

  it('refuses data of another shape and says where', () => {
    expect(() => decodeEventData('TASK_FAILED', json('[]'))).toThrow(
      'The data of a TASK_FAILED must be a JSON object.',
    );
    expect(() => decodeEventData('TASK_FAILED', json('{"error":1}'))).toThrow('TASK_FAILED.error');
  });
});
