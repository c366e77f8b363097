import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import { type ForeignCommand, recordOperation, scheduleChild, scheduleTask, startTimer } from '../commands.js';
import { statusOf } from '../refusal.js';

/** What has an id of its worker's making, and the fact it becomes. */
const THINGS: readonly (readonly [string, string, (id: string, queue: string) => ForeignCommand])[] = [
  ['task', 'TASK_SCHEDULED', (id) => scheduleTask(id)],
  ['timer', 'TIMER_STARTED', (id) => startTimer(id, 3_600_000)],
  ['child', 'CHILD_WORKFLOW_INITIATED', (id, queue) => scheduleChild('son', id, { queue })],
];

export function duplicatesSuite({ withBench }: Wire): void {
  describe.each(THINGS)('a %s that is asked for again', (_what, fact, ask) => {
    test('in the same turn is one', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const command = ask(randomUUID(), `${bench.queue}-far`);
        await worker.suspend(await worker.activation(), [command, recordOperation('between', 1), command]);
        expect(await bench.facts(id)).toEqual(['WORKFLOW_STARTED', fact, 'OPERATION_COMPLETED', 'WORKFLOW_SUSPENDED']);
      }));

    test('in a later turn is one', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const command = ask(randomUUID(), `${bench.queue}-far`);
        await worker.suspend(await worker.activation(), [command]);
        await bench.signal(id, 'again');
        await worker.complete(await worker.activation(), 'done', [command, recordOperation('after', 1)]);
        const facts = await bench.facts(id);
        expect(facts.filter((type) => type === fact)).toHaveLength(1);
        expect(facts.slice(-2)).toEqual(['OPERATION_COMPLETED', 'WORKFLOW_COMPLETED']);
      }));
  });

  describe('a task that is asked for again', () => {
    test('after it is complete is not done again', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const command = scheduleTask(randomUUID());
        await worker.suspend(await worker.activation(), [command]);
        await worker.completeTask(await worker.task(), 'once');
        await worker.suspend(await worker.activation(), [command]);
        expect(await worker.pollTask({ timeoutSeconds: 1 })).toBeUndefined();
        expect((await bench.facts(id)).filter((type) => type.startsWith('TASK_'))).toEqual([
          'TASK_SCHEDULED',
          'TASK_COMPLETED',
        ]);
      }));

    test('by another execution is refused, and nothing of that turn is written', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const taskExecutionId = randomUUID();
        await bench.start();
        await worker.suspend(await worker.activation(), [scheduleTask(taskExecutionId)]);
        const other = await bench.start();
        const turn = await worker.activation();
        expect(turn.id).toBe(other);
        const stolen = [recordOperation('before', 1), scheduleTask(taskExecutionId)];
        expect(await statusOf(worker.suspend(turn, stolen))).toBe('INVALID_ARGUMENT');
        expect(await bench.facts(other)).toEqual(['WORKFLOW_STARTED']);
        await worker.complete(turn, 'done');
        expect((await bench.end(other)).data['output']).toBe('done');
      }));
  });

  describe('a turn', () => {
    test('that is sent twice is taken once', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const turn = await worker.activation();
        const commands = [recordOperation('once', 1)];
        const statuses = await Promise.all(Array.from({ length: 5 }, () => statusOf(worker.suspend(turn, commands))));
        expect(statuses.toSorted()).toEqual([...Array.from({ length: 4 }, () => 'FAILED_PRECONDITION'), 'OK']);
        expect((await bench.facts(id)).filter((type) => type === 'OPERATION_COMPLETED')).toHaveLength(1);
      }));
  });
}
