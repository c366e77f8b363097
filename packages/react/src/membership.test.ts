import type { StreamEntry } from '@flovyn/client';
import type { FlovynEvent } from '@flovyn/events';
import { describe, expect, test } from 'vitest';
import { EXECUTION, entry } from '../test/support/streams.js';
import type { Execution, ExecutionQuery } from './executions.js';
import { mayEnter, mayRefill, stillFits } from './membership.js';

const news = (event: string, data: object) =>
  entry(1, { type: 'Event', event, data, timestampMs: 1 } as unknown as FlovynEvent) as StreamEntry;
const created = news('TASK_CREATED', { id: EXECUTION, kind: 'export', status: 'PENDING' });
const started = news('TASK_STARTED', { id: EXECUTION, kind: 'export', status: 'RUNNING' });
const retried = news('RETRY_REQUESTED', { targetId: EXECUTION, targetType: 'task', attempt: 2 });
const progress = entry(1, { type: 'progress', progress: 1 }, { taskId: EXECUTION }) as StreamEntry;

describe('a list', () => {
  test.each<[ExecutionQuery, StreamEntry, boolean]>([
    [{}, created, true],
    [{}, started, false],
    [{}, progress, false],
    [{ kind: 'export' }, created, true],
    [{ kind: 'import' }, created, false],
    [{ status: 'RUNNING' }, created, false],
    [{ status: 'RUNNING' }, started, true],
    [{ status: 'RUNNING', kind: 'import' }, started, false],
    [{ status: 'PENDING', kind: 'import' }, retried, true],
    [{ status: 'FAILED' }, retried, false],
    // Whether its queue lets it in, only the server knows.
    [{ queue: 'slow' }, created, true],
  ])('of %o may get what it does not have by %o: %s', (filter, message, expected) => {
    expect(mayEnter(filter, 'task', message)).toBe(expected);
  });

  test.each<[ExecutionQuery, boolean]>([
    [{}, true],
    [{ status: 'RUNNING', kind: 'export', queue: 'slow', metadata: { of: 'anybody' } }, true],
    [{ status: 'FAILED' }, false],
    [{ kind: 'import' }, false],
    [{ queue: 'default' }, false],
  ])('of %o still has the row: %s', (filter, expected) => {
    const row = { id: EXECUTION, kind: 'export', status: 'RUNNING', queue: 'slow' } as Execution;
    expect(stillFits(filter, row)).toBe(expected);
  });

  test('that was full has others in the place of those that left', () => {
    expect([mayRefill({}, 49), mayRefill({}, 50), mayRefill({ limit: 5 }, 5)]).toEqual([false, true, true]);
  });
});
