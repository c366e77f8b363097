import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import { cancelTimer, startTimer } from '../commands.js';
import { eventually } from '../conditions.js';
import { STYLE_NAMES } from '../worker-style.js';

export function timersSuite({ withBench }: Wire): void {
  describe.each(STYLE_NAMES)('sleeping, with a worker of the style %s', (style) => {
    test.each([
      [100, 2_000],
      [2_000, 7_000],
    ])('for %i ms lasts as long and less than %i ms', (durationMs, limitMs) =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        worker.serve({
          workflows: {
            'wire-workflow': async ({ sleep }) => {
              await sleep(durationMs);
              return 'awake';
            },
          },
        });
        const began = performance.now();
        expect((await bench.end(await bench.start())).data['output']).toBe('awake');
        const elapsedMs = performance.now() - began;
        expect(elapsedMs).toBeGreaterThanOrEqual(durationMs);
        expect(elapsedMs).toBeLessThan(limitMs);
      }),
    );

    test('three times in a row is three timers', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style });
        worker.serve({
          workflows: {
            'wire-workflow': async ({ sleep }) => {
              for (let count = 0; count < 3; count += 1) await sleep(50);
              return 'awake';
            },
          },
        });
        const id = await bench.start();
        expect((await bench.end(id)).data['output']).toBe('awake');
        const lines = await bench.history(id);
        const timers = (type: string) => lines.filter((line) => line.type === type).map(({ data }) => data['timerId']);
        expect(timers('TIMER_FIRED')).toEqual(timers('TIMER_STARTED'));
        expect(new Set(timers('TIMER_STARTED')).size).toBe(3);
      }));
  });

  describe('a timer', () => {
    test.each([0, -5_000])('of %i ms fires at once', (durationMs) =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.suspend(await worker.activation(), [startTimer('sleep-1', durationMs)]);
        const began = performance.now();
        const turn = await worker.activation();
        expect(performance.now() - began).toBeLessThan(1_500);
        expect(turn.id).toBe(id);
        expect(turn.events).toContainEqual(
          expect.objectContaining({ type: 'TIMER_FIRED', data: { timerId: 'sleep-1' } }),
        );
      }),
    );

    test('fires after those that are due before it', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        const timers = [startTimer('late', 700), startTimer('soon', 100), startTimer('middle', 400)];
        await worker.suspend(await worker.activation(), timers);
        const fired = await eventually('three timers to fire', async () => {
          const lines = (await bench.history(id)).filter(({ type }) => type === 'TIMER_FIRED');
          return lines.length === 3 && lines.map(({ data }) => data['timerId']);
        });
        expect(fired).toEqual(['soon', 'middle', 'late']);
      }));

    test('that is cancelled never fires', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.suspend(await worker.activation(), [
          startTimer('cancelled', 200),
          startTimer('kept', 600),
          cancelTimer('cancelled'),
        ]);
        const turn = await eventually('the kept timer to fire', async () => {
          const turn = await worker.activation();
          if (turn.events.some(({ type, data }) => type === 'TIMER_FIRED' && data['timerId'] === 'kept')) return turn;
          // Its own cancellation may wake it once.
          await worker.suspend(turn);
          return undefined;
        });
        expect(turn.events.filter(({ type }) => type === 'TIMER_FIRED')).toHaveLength(1);
        expect(turn.events.filter(({ type }) => type === 'TIMER_CANCELLED').map(({ data }) => data['timerId'])).toEqual(
          ['cancelled'],
        );
        await worker.complete(turn);
        expect((await bench.end(id)).type).toBe('WORKFLOW_COMPLETED');
      }));

    test('that has fired is not cancelled any more', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.suspend(await worker.activation(), [startTimer('sleep-1', 50)]);
        await worker.complete(await worker.activation(), null, [cancelTimer('sleep-1')]);
        expect((await bench.facts(id)).filter((type) => type === 'TIMER_FIRED')).toHaveLength(1);
      }));

    test('of an execution that has ended says nothing more', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.complete(await worker.activation(), 'did not wait', [startTimer('sleep-1', 100)]);
        // Another one, started later for longer, shows that its time is over.
        const other = await bench.start();
        await worker.suspend(await worker.activation(), [startTimer('sleep-1', 300)]);
        await bench.fact(other, 'TIMER_FIRED');
        expect((await bench.facts(id)).at(-1)).toBe('WORKFLOW_COMPLETED');
      }));
  });
}
