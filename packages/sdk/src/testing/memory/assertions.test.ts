import { describe, expect, it } from 'vitest';
import { DeterminismViolation, TaskCancelled, TaskFailed, WorkflowCancelled, WorkflowFailed } from '../../errors.js';
import {
  assertJsonHas,
  assertJsonHasKey,
  assertJsonMissingKey,
  assertTaskCancelled,
  assertTaskFailed,
  assertTaskFailedWith,
  assertTaskSucceeded,
  assertTaskSucceededWith,
  assertWorkflowCancelled,
  assertWorkflowCompleted,
  assertWorkflowCompletedWith,
  assertWorkflowFailed,
  assertWorkflowFailedWith,
} from './assertions.js';

const completed = () => Promise.resolve({ a: 1, at: new Date(0) });
const failed = () => Promise.reject(new WorkflowFailed('w-1', 'no money left'));
const cancelled = () => Promise.reject(new WorkflowCancelled('Workflow w-1 was cancelled: enough'));
const taskFailed = () => Promise.reject(new TaskFailed('no paper', 't-1'));

describe('assertions of workflows', () => {
  it('hold for how a result ends', async () => {
    await assertWorkflowCompleted(completed());
    await assertWorkflowCompletedWith(completed(), { at: new Date(0), a: 1 });
    await assertWorkflowFailed(failed());
    await assertWorkflowFailedWith(failed(), 'no money');
    await assertWorkflowCancelled(cancelled());
  });

  it('hold for a record', async () => {
    await assertWorkflowCompletedWith({ status: 'COMPLETED', output: 5 }, 5);
    await assertWorkflowFailedWith({ status: 'FAILED', error: 'no money', failureType: 'ERROR' }, 'money');
    await assertWorkflowCancelled({ status: 'CANCELLED', reason: '' });
  });

  it('say what is the case instead', async () => {
    await expect(assertWorkflowCompleted(failed())).rejects.toThrow(
      'Expected the workflow to be COMPLETED; it is FAILED: Workflow w-1 failed: no money left',
    );
    await expect(assertWorkflowFailed(completed())).rejects.toThrow('it is COMPLETED with {"a":1,');
    await expect(assertWorkflowCancelled({ status: 'PENDING' })).rejects.toThrow('it is PENDING');
    await expect(assertWorkflowCompletedWith(Promise.resolve(1), 2)).rejects.toMatchObject({ actual: 1, expected: 2 });
    await expect(assertWorkflowFailedWith(failed(), 'no time')).rejects.toThrow(
      'to fail with "no time"; it failed with',
    );
  });

  it('let other errors through: they are not how the workflow ended', async () => {
    const difference = new DeterminismViolation('another task');
    await expect(assertWorkflowFailed(Promise.reject(difference))).rejects.toBe(difference);
  });
});

describe('assertions of tasks', () => {
  it('hold for how a result ends', async () => {
    await assertTaskSucceeded(completed());
    await assertTaskSucceededWith(Promise.resolve(undefined), null);
    await assertTaskFailed(taskFailed());
    await assertTaskFailedWith(taskFailed(), 'paper');
    await assertTaskCancelled(Promise.reject(new TaskCancelled('t-1')));
    await assertTaskSucceededWith({ status: 'COMPLETED', output: [1] }, [1]);
  });

  it('say what is the case instead', async () => {
    await expect(assertTaskSucceeded(taskFailed())).rejects.toThrow(
      'Expected the task to be COMPLETED; it is FAILED: no paper',
    );
    await expect(assertTaskFailed({ status: 'RUNNING' })).rejects.toThrow('it is RUNNING');
    await expect(assertTaskFailedWith(taskFailed(), 'ink')).rejects.toThrow('"ink"');
  });
});

describe('assertions of JSON', () => {
  const value = { name: 'Ada', items: [{ price: 5 }], 'a.b': null };

  it('find keys by their path', () => {
    assertJsonHas(value, 'name', 'Ada');
    assertJsonHas(value, 'items.0', { price: 5 });
    assertJsonHas(value, 'items.0.price', 5);
    assertJsonHas(value, 'a.b', null);
    assertJsonHasKey(value, 'items.0.price');
    assertJsonMissingKey(value, 'items.1');
    assertJsonMissingKey(value, 'name.first');
    assertJsonMissingKey(null, 'name');
  });

  it('say what is there instead', () => {
    expect(() => assertJsonHas(value, 'name', 'Bob')).toThrow('Expected "Bob" at "name", found "Ada"');
    expect(() => assertJsonHas(value, 'age', 5)).toThrow('Expected a value at "age" in {"name":"Ada"');
    expect(() => assertJsonHasKey(value, 'items.1')).toThrow('Expected a value at "items.1"');
    expect(() => assertJsonMissingKey(value, 'name')).toThrow('Expected nothing at "name", found "Ada"');
  });
});
