import { describe, expect, test } from 'vitest';
import { completed, schedule, waiting } from '../support/commands.js';
import { orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refusal, start } from '../support/requests.js';
import { connectWorker } from '../support/worker.js';

export function speculationSuite({ name, withHouse }: Houses): void {
  describe(`engine on ${name}: speculation`, () => {
    test('a result that its worker has gone on with is one change, without an activation', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        let { sequence } = await worker.turn(await worker.activation(), [schedule()], waiting);
        for (let step = 1; step <= 5; step += 1) {
          const task = await worker.task();
          const seen = sequence + 1;
          const ended = worker.complete(task, step, seen);
          const outcome = step === 5 ? completed(step) : waiting;
          const turn = worker.session.completeTurn({
            executionId: id,
            token: '',
            turnId: `s${step}`,
            seenSequence: seen,
            commands: step === 5 ? [] : [schedule()],
            outcome,
            speculative: true,
          });
          expect(await ended).toEqual({ sequence: seen, speculationHeld: true });
          ({ sequence } = await turn);
        }
        expect(worker.received.filter((work) => work.type === 'activation')).toHaveLength(1);
        const news = await house.news(id);
        expect(news.filter((event) => event === 'WORKFLOW_RESUMED')).toHaveLength(5);
        await house.assertSound(id);
      }));

    test('several results of one moment make one turn', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const commands = [schedule(), schedule(), schedule()];
        const { sequence } = await worker.turn(await worker.activation(), commands, waiting);
        const tasks = [await worker.task(), await worker.task(), await worker.task()];
        const ends = tasks.map((task, index) => worker.complete(task, index, sequence + 1 + index));
        const turn = worker.session.completeTurn({
          executionId: id,
          token: '',
          turnId: 'all',
          seenSequence: sequence + 3,
          commands: [],
          outcome: completed(),
          speculative: true,
        });
        for (const end of ends) expect(await end).toMatchObject({ speculationHeld: true });
        await turn;
        await house.assertSound(id);
      }));

    test('a guess that asks for what cannot be is refused, and goes round again', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const { sequence } = await worker.turn(await worker.activation(), [schedule()], waiting);
        const end = worker.complete(await worker.task(), 1, sequence + 1);
        const turn = worker.session.completeTurn({
          executionId: id,
          token: '',
          turnId: 'guess',
          seenSequence: sequence + 1,
          commands: [schedule({ taskExecutionId: 'no UUID' })],
          outcome: waiting,
          speculative: true,
        });
        expect(await end).toMatchObject({ speculationHeld: true });
        expect(await refusal(turn)).toBe('INVALID_ARGUMENT');
        await worker.turn(await worker.activation(), [], completed());
        await house.assertSound(id);
      }));

    test('a guess that missed keeps the result, refuses the turn, and the true history comes', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const other = await connectWorker(house.engine, orgId, {
          workerId: 'other',
          workflowKinds: [],
          taskKinds: ['u'],
        });
        const { id } = await start(house.engine);
        const commands = [schedule(), schedule({ kind: 'u' })];
        const { sequence } = await worker.turn(await worker.activation(), commands, waiting);
        const [mine, theirs] = [await worker.task(), await other.task()];
        await other.complete(theirs);
        await worker.activation();
        const end = worker.complete(mine, 1, sequence + 1);
        const turn = worker.session.completeTurn({
          executionId: id,
          token: '',
          turnId: 'guess',
          seenSequence: sequence + 1,
          commands: [schedule()],
          outcome: waiting,
          speculative: true,
        });
        expect(await end).toMatchObject({ speculationHeld: false, sequence: sequence + 2 });
        expect(await refusal(turn)).toBe('SPECULATION_MISSED');
        expect((await house.facts(id)).filter((fact) => fact === 'TASK_COMPLETED')).toHaveLength(2);
        expect((await house.facts(id)).filter((fact) => fact === 'TASK_SCHEDULED')).toHaveLength(2);
        await house.assertSound(id);
      }));

    test('a guess whose turn never comes goes round when the lease ends', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        await start(house.engine);
        const { sequence } = await worker.turn(await worker.activation(), [schedule()], waiting);
        await worker.complete(await worker.task(), 1, sequence + 1);
        house.clock.advance(30_001);
        const next = await connectWorker(house.engine, orgId, { workerId: 'next' });
        await house.engine.loops.leases.tick();
        expect(await next.activation()).toMatchObject({ afterSequence: 0 });
      }));
  });
}
