import type { ExecutionId } from '@flovyn/engine';
import type { Outcome } from '@flovyn/protocol';
import { orgId } from '../support/house.js';
import { check } from './check/index.js';
import type { Followed } from './story/followed.js';
import { type Move, dice } from './moves.js';
import { passTime, tickDispatch, tickLeases, tickTimers } from './play/fate.js';
import { playAttempt } from './play/attempts.js';
import { playGuess } from './play/guesses.js';
import { connectSession } from './play/sessions.js';
import { playTurn } from './play/turns.js';
import { playUnaryAttempt, playUnaryTurn } from './play/unary.js';
import { json } from './play/script.js';
import { holds } from './violation.js';
import { type World, ask, calm, pick } from './world.js';

/** More rounds than anything can need. */
const MOST_ROUNDS = 120;

const honest: Omit<Move, 'how'> = { kind: 'turn', who: 0, commands: [], together: false };

/**
 * Nothing goes wrong any more, workers do what they are given, and clients give what is waited for: then everything ends,
 * and nothing is left.
 */
export async function heal(world: World): Promise<void> {
  for (const server of world.servers) server.life.heal();
  await check(world);
  for (const caller of world.callers) caller.abortAll();
  world.alone = false;
  for (const server of world.servers) for (const profile of [0, 2]) await connectSession(world, server, profile);
  let idle = 0;
  for (let rounds = 0; [...world.followed.values()].some((one) => !isDone(one)); rounds += 1) {
    holds(rounds < MOST_ROUNDS, 'R08', () => `after ${rounds} rounds there is still ${leftOf(world)}`);
    const before = world.book.done;
    await workRound(world, idle > 1 ? 40_000 : 4_000);
    await check(world);
    idle = world.book.done === before ? idle + 1 : 0;
  }
  await checkNothingIsLeft(world);
}

async function workRound(world: World, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 8_000) {
    passTime(world, Math.min(left, 8_000), true);
    for (const server of world.servers) await tickLeases(world, server);
  }
  for (const server of world.servers) {
    await tickTimers(world, server);
    await tickDispatch(world, server);
  }
  await giveInputs(world);
  await calm(world);
  for (const actor of world.sessions) {
    if (!actor.isWorking) continue;
    for (const held of actor.assignments) {
      if (held.guess === undefined) await playAttempt(world, actor, held, dice(0));
      else await playGuess(world, actor, held, { ...honest, how: 0 });
    }
    for (const held of actor.activations) {
      const { executionId, sequence } = held.given;
      await playTurn(world, actor, held, { ...honest, how: endOf(world, executionId, sequence).how });
    }
  }
  for (const caller of world.callers) {
    if (caller.isGone) continue;
    for (const given of caller.attempts.values()) await playUnaryAttempt(world, caller, given, 0);
    for (const given of caller.turns.values()) {
      const { outcome } = endOf(world, given.executionId, given.sequence);
      await playUnaryTurn(world, caller, given, { ...honest, how: 0 }, outcome);
    }
  }
}

/** Honest code waits while something is open, and is done when nothing is. */
function endOf(world: World, id: ExecutionId, seen: number): { readonly how: number; readonly outcome: Outcome } {
  const followed = world.followed.get(id);
  const { tasks, timers, promises, children } = followed?.story ?? {
    tasks: new Map(),
    timers: new Map(),
    promises: new Map(),
    children: new Map(),
  };
  const isWaiting = [tasks, timers, promises, children].some((map) => [...map.values()].some(({ open }) => open));
  void seen;
  return isWaiting
    ? { how: 0, outcome: { type: 'SUSPENDED', reason: '', waitingOn: [] } }
    : { how: 10, outcome: { type: 'COMPLETED', output: json('done') } };
}

/** Clients keep the promises they owe, and speak to who waits for a word. */
async function giveInputs(world: World): Promise<void> {
  for (const followed of world.followed.values()) {
    const { id, record, story } = followed;
    const server = pick(world.servers, 0);
    if (record === undefined || story.status !== 'OPEN' || server === undefined) continue;
    for (const [promiseId, { name, open }] of story.promises) {
      if (!open) continue;
      await ask(world, server, { what: `settle ${name} of ${id}` }, (mark) =>
        server.engine.settlePromise({
          orgId,
          promise: { promiseId },
          outcome: { type: 'resolved', value: json(mark) },
        }),
      );
    }
    if (record.status !== 'WAITING' || endOf(world, id, 0).how === 0) continue;
    await ask(world, server, { what: `signal ${id}, which waits for nothing else` }, (mark) =>
      server.engine.signalWorkflow({ orgId, id, signalName: 'go on', signalValue: json(mark) }),
    );
  }
}

function isDone(followed: Followed): boolean {
  const open = [...followed.tasks.values()].some(({ status }) => status === 'PENDING' || status === 'RUNNING');
  return followed.isOver && !open;
}

function leftOf(world: World): string {
  const left = [...world.followed.values()].filter((one) => !isDone(one));
  return JSON.stringify(left.map(({ record, tasks }) => ({ record, tasks: [...tasks.values()] })));
}

async function checkNothingIsLeft(world: World): Promise<void> {
  const { store } = world;
  const [lines, due, orphans] = await Promise.all([
    store.readyLines(10),
    store.dueTimers(world.clock.now() + 1e12, 10),
    store.sessions.orphans(),
  ]);
  holds(lines.length + due.length + orphans.length === 0, 'R08', () => JSON.stringify({ lines, due, orphans }));
  for (const { id, record, story } of world.followed.values()) {
    if (record === undefined) continue;
    const state = (await store.queries.state(orgId, id))?.values ?? new Map<string, string>();
    const same = state.size === story.state.size && [...state].every(([key, value]) => story.state.get(key) === value);
    holds(same, 'R04', () => `the state of ${id} is ${JSON.stringify([...state])}`);
  }
}
