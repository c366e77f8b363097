import { describe, expect, test } from 'vitest';
import { evolveWorkflow } from '../src/execution/evolve.js';
import { workflowTransitions } from '../src/execution/transitions.js';
import type { TaskOccurrence, WorkflowOccurrence } from '../src/occurrence.js';
import { evolveTask } from '../src/task/evolve.js';
import { taskTransitions } from '../src/task/transitions.js';
import { samples } from './support/occurrences.js';
import { tasks, workflows } from './support/states.js';

const stamp = { now: 9, sequence: 7 };
const taskStamp = { now: 9, sequence: 0, from: { epoch: 'e', seq: 3 } };

describe('a workflow moves as its table says', () => {
  for (const [status, row] of Object.entries(workflowTransitions)) {
    test.each(Object.entries(row))(`${status}, %s: %s`, (type, next) => {
      const before = workflows[status as keyof typeof workflows];
      const frozen = structuredClone(before);
      const move = () => evolveWorkflow(before, samples[type as keyof typeof samples] as WorkflowOccurrence, stamp);
      if (next === 'refused') expect(move).toThrow(/cannot happen/);
      else expect(move().status).toBe(next === 'same' ? status : next);
      expect(before).toEqual(frozen);
    });
  }

  test('a record says nothing of another status', () => {
    const waiting = evolveWorkflow(workflows.RUNNING, samples.WORKFLOW_SUSPENDED, stamp);
    expect(waiting).toHaveProperty('claim', undefined);
    const pending = evolveWorkflow(waiting, samples.WORKFLOW_WOKEN, stamp);
    expect(pending).toHaveProperty('waitingOn', undefined);
    expect(pending).toHaveProperty('reason', undefined);
    expect(pending.holder).toBe(workflows.RUNNING.claim.sessionId);
    const completed = evolveWorkflow(workflows.RUNNING, samples.WORKFLOW_COMPLETED, stamp);
    expect(completed).toHaveProperty('claim', undefined);
    expect(completed.holder).toBeUndefined();
    expect(completed).toMatchObject({ completedAt: 9, lastTurn: { turnId: 'turn', sequence: 7 } });
  });
});

describe('a task moves as its table says', () => {
  for (const [status, row] of Object.entries(taskTransitions)) {
    test.each(Object.entries(row))(`${status}, %s: %s`, (type, next) => {
      const before = tasks[status as keyof typeof tasks];
      const frozen = structuredClone(before);
      const move = () => evolveTask(before, samples[type as keyof typeof samples] as TaskOccurrence, taskStamp);
      if (next === 'refused') expect(move).toThrow(/cannot happen/);
      else expect(move().status).toBe(next === 'same' ? status : next);
      expect(before).toEqual(frozen);
    });
  }

  test('an attempt is counted when it begins, and remembers where its output begins', () => {
    const running = evolveTask(tasks.PENDING, samples.TASK_CLAIMED, taskStamp);
    expect(running).toMatchObject({ executionCount: 1, entries: 0, attemptFrom: { epoch: 'e', seq: 3 }, startedAt: 9 });
    const again = evolveTask(evolveTask(running, samples.TASK_ATTEMPT_FAILED, taskStamp), samples.TASK_CLAIMED, {
      ...taskStamp,
      now: 20,
    });
    expect(again).toMatchObject({ executionCount: 2, startedAt: 9, attemptStartedAt: 20 });
    expect(again).toHaveProperty('error', undefined);
  });

  test('a reopened task has one more attempt than it had, whatever its policy allowed', () => {
    const failed = { ...tasks.FAILED, executionCount: 4 };
    expect(evolveTask(failed, samples.TASK_REOPENED, taskStamp).retry.maxRetries).toBe(4);
  });
});
