import { describe, expect, test } from 'vitest';
import { type Before, firedBy, milestonesOf } from '../src/milestones.js';
import type { Occurrence } from '../src/occurrence.js';
import { samples } from './support/occurrences.js';
import { claim, tasks } from './support/states.js';

describe('what an occurrence counts as', () => {
  test.each<[string, Occurrence, Before, readonly string[]]>([
    ['a turn for a session', samples.WORKFLOW_CLAIMED, {}, ['turn given to session']],
    [
      'a turn for a poll',
      { ...samples.WORKFLOW_CLAIMED, claim: { ...claim, door: 'unary' } },
      {},
      ['turn given to poll'],
    ],
    [
      'an attempt that its worker reported as failed',
      { ...samples.TASK_ATTEMPT_FAILED, endedBy: 'token' },
      { task: tasks.RUNNING },
      ['attempt failed'],
    ],
    ['an attempt whose worker died', samples.TASK_ATTEMPT_FAILED, { task: tasks.RUNNING }, ['attempt lost']],
    [
      'an attempt that was handed back',
      { ...samples.TASK_ATTEMPT_FAILED, uncounted: true },
      { task: tasks.RUNNING },
      ['attempt released'],
    ],
    ['the last attempt, lost', samples.TASK_FAILED, { task: tasks.RUNNING }, ['attempt lost', 'task failed']],
    [
      'a running task whose time was over',
      { ...samples.TASK_FAILED, timedOut: true },
      { task: tasks.RUNNING },
      ['attempt timed out', 'task failed'],
    ],
    [
      'a waiting task whose time was over',
      { ...samples.TASK_FAILED, timedOut: true },
      { task: tasks.PENDING },
      ['task failed'],
    ],
    [
      'a running task that was cancelled',
      samples.TASK_CANCELLED,
      { task: tasks.RUNNING },
      ['attempt cancelled', 'task cancelled'],
    ],
    ['a waiting task that was cancelled', samples.TASK_CANCELLED, { task: tasks.PENDING }, ['task cancelled']],
    ['a signal', samples.SIGNAL_RECEIVED, {}, ['signal received']],
    ['output, which is counted by the entry', samples.TASK_OUTPUT, { task: tasks.RUNNING }, []],
  ])('%s', (_what, occurrence, before, milestones) => {
    expect(milestonesOf(occurrence, before)).toEqual(milestones);
  });

  test('has a word of ours in it and nothing of the occurrence', () => {
    for (const occurrence of Object.values(samples)) {
      for (const milestone of milestonesOf(occurrence, { task: tasks.RUNNING })) expect(milestone).toMatch(/^[a-z ]+$/);
    }
  });
});

describe('what time brought', () => {
  const wait = { type: 'timer', key: 'timer', sequence: 1, open: true, dueAt: 100 } as const;

  test('knows how late it came, and never a negative time', () => {
    expect(firedBy(samples.TIMER_FIRED, { wait }, 130)).toEqual({ type: 'timer', lateMs: 30 });
    expect(firedBy(samples.TIMER_FIRED, { wait }, 99)).toEqual({ type: 'timer', lateMs: 0 });
    const timedOut = { ...samples.TASK_FAILED, timedOut: true } as const;
    const task = { ...tasks.PENDING, timeoutMs: 50 };
    expect(firedBy(timedOut, { task }, 60)).toEqual({ type: 'deadline', lateMs: 9 });
    expect(firedBy(samples.TASK_DUE, { task: { ...tasks.PENDING, dueAt: 5 } }, 6)).toEqual({
      type: 'delay',
      lateMs: 1,
    });
  });

  test('is nothing where somebody else did it', () => {
    expect(firedBy(samples.TASK_FAILED, { task: tasks.RUNNING }, 60)).toBeUndefined();
    expect(firedBy(samples.PROMISE_RESOLVED, {}, 60)).toBeUndefined();
  });
});
