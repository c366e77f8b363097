import { describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  ChildWorkflowFailed,
  ConfigurationError,
  ConnectionError,
  DeterminismViolation,
  FlovynError,
  NotFoundError,
  OperationTimeout,
  PromiseRejected,
  PromiseTimeout,
  TaskCancelled,
  TaskFailed,
  TaskTimeout,
  WorkflowCancelled,
  WorkflowFailed,
  WorkflowSuspended,
  toError,
} from './errors.js';

const cause = new Error('cause');

describe('errors', () => {
  it.each<[Error, string, string]>([
    [new FlovynError('m', cause), 'FlovynError', 'm'],
    [new WorkflowSuspended(undefined, '[]'), 'WorkflowSuspended', 'Workflow suspended'],
    [new WorkflowCancelled(), 'WorkflowCancelled', 'Workflow was cancelled'],
    [new WorkflowFailed('w', 'm'), 'WorkflowFailed', 'Workflow w failed: m'],
    [new DeterminismViolation('m'), 'DeterminismViolation', 'Determinism violation: m'],
    [new TaskFailed('m', 't'), 'TaskFailed', 'm'],
    [new TaskCancelled('t'), 'TaskCancelled', 'Task cancelled'],
    [new TaskTimeout('t', 5), 'TaskTimeout', 'Task t timed out after 5ms'],
    [new PromiseTimeout('p', 5), 'PromiseTimeout', 'Promise p timed out after 5ms'],
    [new PromiseTimeout('p'), 'PromiseTimeout', 'Promise p timed out'],
    [new OperationTimeout(5), 'OperationTimeout', 'Operation timed out after 5ms'],
    [new OperationTimeout(), 'OperationTimeout', 'Operation timed out'],
    [new PromiseRejected('p', 'r'), 'PromiseRejected', 'Promise p rejected: r'],
    [new ChildWorkflowFailed('c', 'm'), 'ChildWorkflowFailed', 'Child workflow c failed: m'],
    [new ConnectionError('m', 'url'), 'ConnectionError', 'm'],
    [new AuthenticationError('m'), 'AuthenticationError', 'm'],
    [new NotFoundError('task', 't'), 'NotFoundError', 'task not found: t'],
    [new ConfigurationError('m'), 'ConfigurationError', 'm'],
  ])('%s keeps its name and message', (error, name, message) => {
    expect(error).toBeInstanceOf(FlovynError);
    expect(error.name).toBe(name);
    expect(error.message).toBe(message);
    expect(FlovynError.is(error)).toBe(true);
  });

  it('are recognised across copies of the package', () => {
    const ofAnotherCopy = Object.assign(new Error('m'), {
      name: 'TaskFailed',
      [Symbol.for('flovyn.FlovynError')]: true,
    });
    expect(TaskFailed.is(ofAnotherCopy)).toBe(true);
    expect(FlovynError.is(ofAnotherCopy)).toBe(true);
    expect(TaskCancelled.is(ofAnotherCopy)).toBe(false);
    expect(TaskFailed.is(new Error('m'))).toBe(false);
    expect(TaskFailed.is(undefined)).toBe(false);
  });

  it('keep their cause, and have none when there is none', () => {
    expect(new FlovynError('m', cause).cause).toBe(cause);
    expect('cause' in new FlovynError('m')).toBe(false);
  });

  it('are made of anything that was thrown', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(toError(cause)).toBe(cause);
    expect(toError('text').message).toBe('text');
    expect(toError({ a: 1 }).message).toBe('{"a":1}');
    expect(toError(undefined).message).toBe('undefined');
    expect(toError(cycle).message).toBe('Something that cannot be printed was thrown');
  });
});
