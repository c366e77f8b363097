import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import {
  type ForeignCommand,
  cancelTimer,
  cancelWorkflow,
  clearState,
  createPromise,
  nothing,
  recordOperation,
  resolvePromise,
  scheduleChild,
  scheduleTask,
  setState,
  startTimer,
} from '../commands.js';
import { STYLE_NAMES } from '../worker-style.js';

/** One of each, and the facts they become. */
const EACH: readonly (readonly [string, () => ForeignCommand])[] = [
  ['OPERATION_COMPLETED', () => recordOperation('price', 5)],
  ['STATE_SET', () => setState('step', 'one')],
  ['STATE_CLEARED', () => clearState('step')],
  ['TASK_SCHEDULED', () => scheduleTask(randomUUID())],
  ['TIMER_STARTED', () => startTimer('slow', 3_600_000)],
  ['TIMER_CANCELLED', () => cancelTimer('slow')],
  ['PROMISE_CREATED', () => createPromise('approval')],
  ['PROMISE_RESOLVED', () => resolvePromise('approval', true)],
  ['CHILD_WORKFLOW_INITIATED', () => scheduleChild('child', randomUUID(), { queue: `wire-${randomUUID()}` })],
];

export function commandsSuite({ withBench }: Wire): void {
  describe.each(STYLE_NAMES)('the commands of a turn, as a worker of the style %s sends them', (style) => {
    test('become facts in the order of their numbers', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        const id = await bench.start();
        const turn = await worker.activation();
        await worker.suspend(
          turn,
          EACH.map(([, command]) => command()),
        );
        expect(await bench.facts(id)).toEqual([
          'WORKFLOW_STARTED',
          ...EACH.map(([fact]) => fact),
          'WORKFLOW_SUSPENDED',
        ]);
      }));

    test('are taken turn after turn, though others write in between', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        const id = await bench.start();
        for (let n = 0; n < 3; n += 1) {
          const turn = await worker.activation();
          // The number of this one is the number the worker believes to be its own next.
          await bench.signal(id, 'meanwhile', n);
          await worker.suspend(turn, [recordOperation('step', n)]);
        }
        await worker.complete(await worker.activation(), 'done', [recordOperation('step', 3)]);
        const lines = await bench.history(id);
        const steps = lines.filter(({ type }) => type === 'OPERATION_COMPLETED');
        expect(steps.map(({ data }) => data['result'])).toEqual([0, 1, 2, 3]);
        expect(lines.at(-1)).toMatchObject({ type: 'WORKFLOW_COMPLETED', data: { output: 'done' } });
      }));
  });

  describe('the commands of a turn', () => {
    test('are ordered by their numbers, which mean nothing else', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.activation();
        const numbered = [
          { ...recordOperation('third', 3), sequenceNumber: 1_000 },
          { ...recordOperation('first', 1), sequenceNumber: 0 },
          { ...recordOperation('second', 2), sequenceNumber: 7 },
        ];
        await bench.caller.submitWorkflowCommands({ workflowExecutionId: id, commands: numbered, status: 'SUSPENDED' });
        const operations = (await bench.history(id)).filter(({ type }) => type === 'OPERATION_COMPLETED');
        expect(operations.map(({ data }) => data['operationName'])).toEqual(['first', 'second', 'third']);
        expect(operations.map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
      }));

    test('with equal numbers stay in the order they were sent', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.activation();
        const names = ['a', 'b', 'c', 'd'];
        const commands = names.map((name) => ({ ...recordOperation(name, null), sequenceNumber: 1 }));
        await bench.caller.submitWorkflowCommands({ workflowExecutionId: id, commands, status: 'SUSPENDED' });
        const operations = (await bench.history(id)).filter(({ type }) => type === 'OPERATION_COMPLETED');
        expect(operations.map(({ data }) => data['operationName'])).toEqual(names);
      }));

    test('are passed over when they say nothing, or nothing that is known', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const unknown = { ...nothing(), commandType: 'UNRECOGNIZED' } as const;
        await worker.complete(await worker.activation(), 'done', [
          nothing(),
          recordOperation('a', 1),
          unknown,
          nothing(),
        ]);
        expect(await bench.facts(id)).toEqual(['WORKFLOW_STARTED', 'OPERATION_COMPLETED', 'WORKFLOW_COMPLETED']);
      }));

    test('that clear a state make it absent, and it may be set again', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.suspend(await worker.activation(), [
          setState('a', { deep: [1] }),
          setState('b', null),
          clearState('a'),
          clearState('never set'),
          setState('a', 2),
        ]);
        const states = (await bench.history(id)).filter(({ type }) => type.startsWith('STATE_'));
        expect(states.map(({ type, data }) => [type, data['key'], data['value']])).toEqual([
          ['STATE_SET', 'a', { deep: [1] }],
          ['STATE_SET', 'b', null],
          ['STATE_CLEARED', 'a', undefined],
          ['STATE_CLEARED', 'never set', undefined],
          ['STATE_SET', 'a', 2],
        ]);
      }));

    test('may be five hundred', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const many = Array.from({ length: 500 }, (_, n) => recordOperation('step', n));
        await worker.complete(await worker.activation(), null, many);
        expect(await bench.facts(id)).toHaveLength(502);
      }));

    test('may say that the execution is cancelled', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.submit(await worker.activation(), [cancelWorkflow('changed my mind')], 'CANCELLED');
        expect(await bench.end(id)).toMatchObject({
          type: 'WORKFLOW_CANCELLED',
          data: { reason: 'changed my mind' },
        });
      }));
  });
}
