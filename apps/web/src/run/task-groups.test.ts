import type { StreamRow } from '@flovyn/react';
import { describe, expect, test } from 'vitest';
import { attemptsOf } from './attempts.js';
import { news } from './test-rows.js';
import { taskGroups } from './task-groups.js';

function tasks(
  ...lines: [id: string, event: 'TASK_CREATED' | 'TASK_STARTED' | 'TASK_COMPLETED' | 'TASK_FAILED'][]
): StreamRow[] {
  return lines.map(([id, event], index) => news(index + 1, event, { id }));
}

describe('the groups of tasks', () => {
  test('one after the other stand alone', () => {
    const rows = tasks(['a', 'TASK_CREATED'], ['a', 'TASK_STARTED'], ['a', 'TASK_COMPLETED'], ['b', 'TASK_CREATED']);
    expect(taskGroups(rows, ['a', 'b'])).toEqual([['a'], ['b']]);
  });

  test('at the same time stand together, however their news is mixed', () => {
    const rows = tasks(
      ['a', 'TASK_CREATED'],
      ['b', 'TASK_CREATED'],
      ['a', 'TASK_STARTED'],
      ['a', 'TASK_COMPLETED'],
      ['c', 'TASK_CREATED'],
      ['b', 'TASK_COMPLETED'],
      ['c', 'TASK_COMPLETED'],
      ['d', 'TASK_CREATED'],
    );
    expect(taskGroups(rows, ['a', 'b', 'c', 'd'])).toEqual([['a', 'b', 'c'], ['d']]);
  });

  test('a task whose news is lost in a gap is still there', () => {
    expect(taskGroups([], ['a'])).toEqual([['a']]);
  });
});

describe('the attempts of a task', () => {
  test('are told from start to end, each with its error', () => {
    const rows = [
      news(1, 'TASK_CREATED', { id: 'a', attempt: 0 }),
      news(2, 'TASK_STARTED', { id: 'a', attempt: 1 }),
      news(3, 'TASK_STARTED', { id: 'b', attempt: 1 }),
      news(4, 'TASK_FAILED', { id: 'a', attempt: 1, status: 'PENDING', error: 'no luck' }),
      news(5, 'TASK_STARTED', { id: 'a', attempt: 2 }),
    ];
    expect(attemptsOf(rows, 'a')).toMatchObject([
      { attempt: 1, status: 'FAILED', error: 'no luck', startedAtMs: 2, endedAtMs: 4 },
      { attempt: 2, status: 'RUNNING', endedAtMs: undefined },
    ]);
  });

  test('a task that is cancelled before its first attempt has none', () => {
    expect(attemptsOf([news(1, 'TASK_CANCELLED', { id: 'a', attempt: 0 })], 'a')).toEqual([]);
  });
});
