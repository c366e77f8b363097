import type { Json } from '@flovyn/protocol';
import { describe, expect, test } from 'vitest';
import { completed, schedule, waiting } from '../support/commands.js';
import { orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { input, refusal, start, tokenOf } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

export function workflowSuite({ name, withHouse }: Houses): void {
  describe(`engine on ${name}: a workflow`, () => {
    test('goes from start to completion over one task, and says so in order', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const first = await worker.activation();
        expect(first).toMatchObject({ executionId: id, input, afterSequence: 0, sequence: 1 });
        await worker.turn(first, [schedule()], waiting);
        const task = await worker.task();
        expect(task).toMatchObject({ workflowExecutionId: id, attempt: 1, input: '{}' });
        await worker.complete(task, { ok: true });
        const second = await worker.activation();
        expect(second.events.map((event) => event.type)).toEqual([
          'TASK_SCHEDULED',
          'WORKFLOW_SUSPENDED',
          'TASK_COMPLETED',
        ]);
        await worker.turn(second, [], completed('done'));

        expect(await house.facts(id)).toEqual([
          'WORKFLOW_STARTED',
          'TASK_SCHEDULED',
          'WORKFLOW_SUSPENDED',
          'TASK_COMPLETED',
          'WORKFLOW_COMPLETED',
        ]);
        expect(await house.news(id)).toEqual([
          'WORKFLOW_CREATED',
          'WORKFLOW_STARTED',
          'TASK_CREATED',
          'TASK_STARTED',
          'WORKFLOW_SUSPENDED',
          'TASK_COMPLETED',
          'WORKFLOW_RESUMED',
          'WORKFLOW_COMPLETED',
        ]);
        await house.assertSound(id);
        const record = await house.store.queries.workflow(orgId, id);
        expect(record?.workflow).toMatchObject({ status: 'COMPLETED', output: '"done"' });
      }));

    test('R12 waits for a worker that can do it, and is found without any hint', () =>
      withHouse(async (house) => {
        const { id } = await start(house.engine);
        const other = await connectWorker(house.engine, orgId, { workflowKinds: ['other'] });
        await house.engine.loops.dispatch.tick();
        expect(other.received).toEqual([]);
        const able = await connectWorker(house.engine, orgId);
        await house.engine.loops.dispatch.tick();
        expect((await able.activation()).executionId).toBe(id);
      }));

    test('a worker without room gets no more than it takes, and the rest when it has room again', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId, { workflowCapacity: 1 });
        for (let n = 0; n < 3; n += 1) await start(house.engine);
        for (let n = 1; n <= 3; n += 1) {
          await house.engine.loops.dispatch.tick();
          const activation = await worker.activation();
          expect(worker.received.length).toBe(n);
          await worker.turn(activation, [], completed());
        }
      }));

    test('work of one kind is not forgotten while workers of other kinds look into its queue', () =>
      withHouse(async (house) => {
        await connectWorker(house.engine, orgId, { workflowKinds: ['other'], taskKinds: ['other'] });
        const worker = await connectWorker(house.engine, orgId, { taskCapacity: 1 });
        let woken = false;
        house.engine.loops.dispatch.onWake(() => void (woken = true));
        await start(house.engine);
        await worker.turn(await worker.activation(), [schedule(), schedule(), schedule()], waiting);
        for (let task = 1; task <= 3; task += 1) {
          await house.engine.loops.dispatch.tick();
          woken = false;
          await worker.complete(await worker.task());
          // Nobody waits for the next look at everything: the place that became free is filled at once.
          if (task < 3) expect(woken).toBe(true);
        }
      }));

    test('R03 a repeated turn is stored once and answered as the first time', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const { executionId, token, sequence } = await worker.activation();
        const turn = {
          executionId,
          token,
          turnId: 'once',
          seenSequence: sequence,
          commands: [schedule()],
          outcome: waiting,
          speculative: false,
        };
        const [a, b] = await Promise.all([worker.session.completeTurn(turn), worker.session.completeTurn(turn)]);
        expect(b).toEqual(a);
        expect(await worker.session.completeTurn(turn)).toEqual(a);
        expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED', 'TASK_SCHEDULED', 'WORKFLOW_SUSPENDED']);
        expect(await refusal(worker.session.completeTurn({ ...turn, turnId: 'another' }))).toBe('LEASE_LOST');
        await house.assertSound(id);
      }));

    test('R11 a result that comes while the worker thinks is never slept over', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [schedule(), schedule()], waiting);
        const [a, b] = [await worker.task(), await worker.task()];
        await worker.complete(a);
        const second = await worker.activation();
        await worker.complete(b);
        await worker.turn(second, [], waiting);
        const third = await worker.activation();
        expect(third.events.at(-1)?.type).toBe('WORKFLOW_SUSPENDED');
        expect(third.events.map((event) => event.type)).toContain('TASK_COMPLETED');
        await worker.turn(third, [], completed());
        expect((await house.news(id)).filter((event) => event === 'WORKFLOW_RESUMED')).toHaveLength(2);
        await house.assertSound(id);
      }));

    test.each([5, 50, 500])('R01 of %i tasks that finish together none is lost', (count) =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const commands = Array.from({ length: count }, () => schedule());
        await worker.turn(await worker.activation(), commands, waiting);
        const tasks = await Promise.all(Array.from({ length: count }, () => worker.task()));
        await Promise.all(tasks.map((task, index) => worker.complete(task, index)));
        for (let done = 0; done < count;) {
          const activation = await worker.activation();
          const seen = (await house.history(id)).filter(
            ({ type, sequence }) => type === 'TASK_COMPLETED' && sequence <= activation.sequence,
          );
          done = seen.length;
          await worker.turn(activation, [], done === count ? completed() : waiting);
        }
        const facts = await house.facts(id);
        expect(facts.filter((fact) => fact === 'TASK_COMPLETED')).toHaveLength(count);
        expect(facts.at(-1)).toBe('WORKFLOW_COMPLETED');
        await house.assertSound(id);
      }),
    );

    test('lists its tasks in the order in which they were scheduled', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const commands = Array.from({ length: 20 }, (_, index) => schedule({ input: String(index) as Json }));
        await worker.turn(await worker.activation(), commands.toReversed(), waiting);
        const listed = await house.store.queries.tasksOf(orgId, id);
        expect(listed?.map(({ task }) => task.input)).toEqual(
          Array.from({ length: 20 }, (_, index) => String(19 - index)),
        );
      }));

    test('R06 time never goes back in a history, whatever the clock does', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [schedule()], waiting);
        house.clock.advance(-60_000);
        await worker.complete(await worker.task());
        await worker.turn(await worker.activation(), [], completed());
        const times = (await house.history(id)).map(({ timestampMs }) => timestampMs);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }));

    test('operations and state become facts and news, in the order of the commands', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(
          await worker.activation(),
          [
            { type: 'RECORD_OPERATION', operationName: 'op', result: '{"a":1}' as Json },
            { type: 'SET_STATE', key: 'k', value: '[1,2]' as Json },
            { type: 'SET_STATE', key: 'gone', value: '1' as Json },
            { type: 'CLEAR_STATE', key: 'gone' },
          ],
          completed(),
        );
        expect((await house.store.queries.state(orgId, id))?.values).toEqual(new Map([['k', '[1,2]']]));
        expect((await house.news(id)).slice(2)).toEqual([
          'OPERATION_COMPLETED',
          'STATE_SET',
          'STATE_SET',
          'STATE_CLEARED',
          'WORKFLOW_COMPLETED',
        ]);
      }));

    test('more open tasks than the limit are refused, with the limit in the error', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId, { taskCapacity: 0 });
        await start(house.engine);
        const given = await worker.activation();
        const many = Array.from({ length: 2_001 }, () => schedule());
        expect(await refusal(worker.turn(given, many, waiting))).toBe('RESOURCE_EXHAUSTED');
        await worker.turn(given, many.slice(1), waiting);
      }));

    test('a task that outlives its workflow ends without a word in the closed stream', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const given = await worker.activation();
        const command = schedule();
        await worker.turn(given, [command], completed());
        const task = await worker.task();
        const { executionId, taskId, token } = task;
        const stored = await worker.session.appendEntries({
          executionId,
          taskId,
          token,
          first: 0,
          output: [tokenOf('late')],
        });
        expect(stored).toEqual({ stored: 1 });
        await worker.complete(task, 'late');
        expect((await house.news(id)).at(-1)).toBe('WORKFLOW_COMPLETED');
        const record = await house.store.queries.task(orgId, taskId);
        expect(record?.task).toMatchObject({ status: 'COMPLETED', output: '"late"' });
        await house.assertSound(id);
      }));
  });
}
