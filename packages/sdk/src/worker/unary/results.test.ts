import { ServiceError } from '@flovyn/protocol';
import type { ExecutionEnded, WorkflowEvent } from '@flovyn/protocol/grpc';
import { describe, expect, it } from 'vitest';
import { until } from '../../../test/until.js';
import { Results, endOf } from './results.js';

const ID = '550e8400-e29b-41d4-a716-446655440000';

function facts(...types: (readonly [type: string, data?: object])[]): WorkflowEvent[] {
  return types.map(([eventType, data = {}], index) => ({
    sequenceNumber: index + 1,
    eventType,
    eventData: Buffer.from(JSON.stringify(data)),
  }));
}

describe('how an execution has ended', () => {
  it.each([
    [[['WORKFLOW_STARTED'], ['WORKFLOW_COMPLETED', { output: { a: 1 } }]], 'COMPLETED {"a":1}'],
    // As other servers spell it.
    [[['WorkflowCompleted', { result: null }]], 'COMPLETED null'],
    [[['WORKFLOW_FAILED', { error: 'no' }]], 'FAILED no'],
    [[['WORKFLOW_CANCELLED', { reason: 'enough' }], ['TASK_COMPLETED']], 'CANCELLED enough'],
    [[['WORKFLOW_EXECUTION_FAILED', { error: 'no' }], ['RETRY_REQUESTED']], undefined],
    [[['WORKFLOW_STARTED'], ['WORKFLOW_SUSPENDED']], undefined],
  ] as const)('%j: %s', (history, expected) => {
    const end = endOf(ID, facts(...history));
    const text = end?.output === undefined ? end?.error : Buffer.from(end.output).toString();
    expect(end === undefined ? undefined : `${end.status} ${text}`).toBe(expected);
  });
});

describe('who waits for an execution', () => {
  it('is told once it has ended, whoever played it, and at once when there is a hint', async () => {
    let history = facts(['WORKFLOW_STARTED']);
    let looks = 0;
    const told: ExecutionEnded[] = [];
    const results = new Results({
      call: async () => {
        looks += 1;
        if (looks === 2) throw new ServiceError('UNAVAILABLE', 'a storm');
        return { events: history } as never;
      },
      tell: ({ item }) => item?.$case === 'executionEnded' && told.push(item.value),
    });
    results.await(ID);
    await until(() => looks === 3, 'a look after the storm');
    expect(told).toEqual([]);
    history = facts(['WORKFLOW_COMPLETED', { output: 1 }]);
    results.hint(ID);
    await until(() => told.length === 1, 'the news');
    const before = looks;
    results.hint(ID);
    expect([told.length, looks]).toEqual([1, before]);
    results.clear();
  });
});
