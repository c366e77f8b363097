import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import { createPromise, scheduleTask, startTimer } from '../commands.js';
import { statusOf } from '../refusal.js';
import type { ForeignContext } from '../replayer.js';
import { STYLE_NAMES } from '../worker-style.js';

async function take({ signal }: ForeignContext): Promise<unknown> {
  const orders = [await signal('order'), await signal('order'), await signal('order')];
  return [...orders, await signal('other')];
}

export function signalsSuite({ withBench, withRest }: Wire): void {
  describe.each(STYLE_NAMES)('code that takes signals, with a worker of the style %s', (style) => {
    test('gets those of one name in the order they were sent, whenever they came', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        const id = await bench.start();
        // Before anybody runs it …
        await bench.signal(id, 'order', 1);
        await bench.signal(id, 'other', 'x');
        // … while it runs …
        const turn = await worker.activation();
        await bench.signal(id, 'order', 2);
        await worker.play(turn, take);
        // … and while it waits.
        const second = await worker.activation();
        await worker.play(second, take);
        await bench.signal(id, 'order', 3);
        const { end } = await worker.play(await worker.activation(), take);
        expect(end).toEqual({ type: 'completed', output: [1, 2, 3, 'x'] });
      }));
  });

  describe('a signal', () => {
    test('is answered with its number in the history', () =>
      withBench(async (bench) => {
        const id = await bench.start();
        const numbers = [
          await bench.signal(id, 'a', 1),
          await bench.signal(id, 'a', 1),
          await bench.signal(id, 'b', 2),
        ];
        const lines = (await bench.history(id)).filter(({ type }) => type === 'SIGNAL_RECEIVED');
        expect(numbers).toEqual(lines.map(({ sequence }) => sequence));
        expect(numbers.every((number) => number > 0)).toBe(true);
      }));

    test('is never taken for the repeat of another', () =>
      withBench(async (bench) => {
        const id = await bench.start();
        for (let n = 0; n < 3; n += 1) await bench.signal(id, 'same', 'same');
        expect((await bench.facts(id)).filter((type) => type === 'SIGNAL_RECEIVED')).toHaveLength(3);
      }));

    test.each([
      ['a text', 'hi'],
      ['a number', 7],
      ['null', null],
      ['a list', [1, [2]]],
      ['an object', { text: '{"not":"parsed"}' }],
    ])('with %s is that value in the history, and no text of it', (_what, value) =>
      withBench(async (bench) => {
        const id = await bench.start();
        await bench.signal(id, 'message', value);
        expect((await bench.history(id)).at(-1)?.data).toMatchObject({ signalName: 'message', signalValue: value });
      }),
    );

    test('without a value has null', () =>
      withBench(async (bench) => {
        const { caller } = bench;
        const id = await bench.start();
        await caller.signalWorkflow({ orgId: caller.orgId, workflowExecutionId: id, signalName: 'bare' });
        expect((await bench.history(id)).at(-1)?.data).toMatchObject({ signalName: 'bare', signalValue: null });
      }));

    test('wakes an execution whatever it waits for', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        for (const command of [startTimer('slow', 3_600_000), createPromise('approval'), scheduleTask(randomUUID())]) {
          const id = await bench.start();
          await worker.suspend(await worker.activation(), [command]);
          await bench.signal(id, 'hello');
          const turn = await worker.activation();
          expect(turn.id).toBe(id);
          expect(turn.events.at(-1)?.type).toBe('SIGNAL_RECEIVED');
          await worker.complete(turn);
        }
      }));

    test('sent by fifty callers at once is fifty signals with numbers of their own', () =>
      withBench(async (bench) => {
        const id = await bench.start();
        const values = Array.from({ length: 50 }, (_, n) => n);
        const numbers = await Promise.all(values.map((n) => bench.signal(id, 'many', n)));
        expect(new Set(numbers).size).toBe(50);
        const lines = (await bench.history(id)).filter(({ type }) => type === 'SIGNAL_RECEIVED');
        expect(new Set(lines.map(({ data }) => data['signalValue']))).toEqual(new Set(values));
        for (const [index, number] of numbers.entries()) {
          expect(lines.find(({ sequence }) => sequence === number)?.data['signalValue']).toBe(index);
        }
      }));

    test.each(['COMPLETED', 'FAILED'])('to an execution that is %s is FAILED_PRECONDITION', (how) =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const turn = await worker.activation();
        await (how === 'FAILED' ? worker.fail(turn, 'no') : worker.complete(turn));
        expect(await statusOf(bench.signal(id, 'late'))).toBe('FAILED_PRECONDITION');
        expect(await bench.facts(id)).not.toContain('SIGNAL_RECEIVED');
      }),
    );

    test('to an execution that was cancelled is FAILED_PRECONDITION', (context) =>
      withRest(context, async (bench, rest) => {
        const id = await bench.start();
        await rest('POST', `/workflow-executions/${id}/cancel`, {});
        expect(await statusOf(bench.signal(id, 'late'))).toBe('FAILED_PRECONDITION');
      }));
  });
}
