import { expect } from 'vitest';
import { completed, schedule, waiting } from './commands.js';
import { type House, orgId } from './house.js';
import { refOf, start, tokenOf } from './requests.js';
import { connectWorker } from './worker.js';

/** Plays random moves on one execution with several tasks, then lets everything finish. */
export async function randomLife(house: House, moves: readonly number[]): Promise<void> {
  let worker = await connectWorker(house.engine, orgId);
  const { id } = await start(house.engine);
  const count = 4;
  const first = await worker.activation();
  await worker.turn(
    first,
    Array.from({ length: count }, () => schedule()),
    waiting,
  );
  const entries = new Map<string, number>();
  const attempts = () =>
    worker.received.filter((work) => work.type === 'task').filter(({ token }) => !ended.has(token));
  const ended = new Set<string>();
  const turns = new Set<string>([first.token]);
  const playTurn = async (): Promise<void> => {
    for (const work of worker.received) {
      if (work.type !== 'activation' || turns.has(work.token)) continue;
      turns.add(work.token);
      const facts = await house.history(id);
      const closed = facts.filter(
        ({ type, sequence }) => /^TASK_(COMPLETED|FAILED)$/.test(type) && sequence <= work.sequence,
      );
      await worker.turn(work, [], closed.length === count ? completed() : waiting);
    }
  };
  const act = async (move: number): Promise<void> => {
    const task = attempts()[move % 2];
    if (move === 5) {
      house.clock.advance(30_001);
      worker = await connectWorker(house.engine, orgId);
      await house.engine.loops.leases.tick();
      await house.engine.loops.dispatch.tick();
    } else if (move === 4) await playTurn();
    else if (task !== undefined && move >= 2) {
      const first = entries.get(task.token) ?? 0;
      entries.set(task.token, first + 1);
      await worker.session.appendEntries({ ...refOf(task), first, output: [tokenOf('x')] });
    } else if (task !== undefined) {
      ended.add(task.token);
      if (move === 1) await worker.fail(task, 'random');
      else await worker.complete(task);
    }
  };
  for (const move of moves) await act(move);
  for (let rounds = 0; rounds < 200; rounds += 1) {
    const record = await house.store.queries.workflow(orgId, id);
    if (record?.workflow.status === 'COMPLETED') break;
    for (const task of attempts()) {
      ended.add(task.token);
      await worker.complete(task);
    }
    await playTurn();
    await house.engine.loops.dispatch.tick();
  }
  expect((await house.store.queries.workflow(orgId, id))?.workflow.status).toBe('COMPLETED');
  await house.assertSound(id);
}
