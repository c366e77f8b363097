import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { toJson } from '@flovyn/protocol';
import { toBatch } from './floor-batch.js';
import { FloorExecution } from './floor-execution.js';
import type { SpecimenCommit } from './specimen.js';

const rows = (...types: string[]) => types.map((type) => ({ type, json: toJson({ type }) }));
const start: SpecimenCommit = {
  history: rows('WORKFLOW_STARTED'),
  entries: rows('WORKFLOW_CREATED', 'WORKFLOW_STARTED'),
};
const turn: SpecimenCommit = { history: rows('TASK_SCHEDULED'), entries: rows('TASK_CREATED', 'WORKFLOW_SUSPENDED') };
const step: SpecimenCommit = { history: rows('TASK_COMPLETED', 'TASK_SCHEDULED'), entries: rows('TASK_COMPLETED') };

test('numbers go on without a hole from commit to commit, and each commit is made on the one before', () => {
  const execution = new FloorExecution('life', randomUUID);
  const [first, second] = [execution.write(start), execution.write(turn)];
  expect(first.execution).toMatchObject({ version: 1, expectedVersion: undefined, sequence: 1 });
  expect(second.execution).toMatchObject({ version: 2, expectedVersion: 1, sequence: 2 });
  expect([...first.entries, ...second.entries].map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test('a step ends the task of the step before and begins its own', () => {
  const execution = new FloorExecution('life', randomUUID);
  execution.write(start);
  const [begun] = execution.write(turn).tasks;
  const [ended, next] = execution.write(step).tasks;
  expect(ended).toMatchObject({ isNew: false, task: { id: begun?.task.id, status: 'COMPLETED' } });
  expect(next).toMatchObject({ isNew: true, task: { status: 'RUNNING' } });
  expect(next?.task.id).not.toBe(begun?.task.id);
});

test('a timer is set with its wait and goes when that is over', () => {
  const execution = new FloorExecution('life', randomUUID);
  execution.write(start);
  const asleep = execution.write({ history: rows('TIMER_STARTED'), entries: rows('TIMER_STARTED') });
  const woken = execution.write({ history: rows('TIMER_FIRED'), entries: rows('TIMER_FIRED') });
  const key = { executionId: asleep.execution.id, type: 'timer', id: 'sleep-1' };
  expect(asleep).toMatchObject({ waits: [{ isNew: true, wait: { open: true } }], timers: { set: [key], remove: [] } });
  expect(woken).toMatchObject({ waits: [{ isNew: false, wait: { open: false } }], timers: { set: [], remove: [key] } });
});

test('a batch holds what all its executions write', () => {
  const executions = [new FloorExecution('life', randomUUID), new FloorExecution('life', randomUUID)];
  const batch = toBatch(executions.map((execution) => execution.write(start)));
  expect(new Set(batch.executions.map(({ id }) => id)).size).toBe(2);
  expect(batch.history).toHaveLength(2);
  expect(batch.entries).toHaveLength(4);
});
