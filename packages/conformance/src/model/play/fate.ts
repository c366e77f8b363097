import { ServiceError } from '@flovyn/protocol';
import { dice } from '../moves.js';
import type { Blow } from '../actors/mortal-store.js';
import type { Plays } from './play.js';
import { type Server, openServer } from '../actors/server.js';
import { LEASE_MS, SLACK_MS } from '../actors/session-actor.js';
import { holds } from '../violation.js';
import { type World, count, pick } from '../world.js';

const steps = [1, 100, 1_000, 5_000, 12_000, 20_000, 45_000] as const;
const blows: readonly Blow[] = [
  ...Array.from({ length: 4 }, () => ['conflict', 'lost-before', 'lost-after'] as const).flat(),
  'die-before',
  'die-after',
];

/** How long work that a server has found is kept from others. */
const HOLD_MS = 2_000;

export const fatePlays: Plays<'advance' | 'timers' | 'leases' | 'dispatch' | 'fault' | 'crash'> = {
  async advance(world, { who, how }) {
    passTime(world, steps[how % steps.length] ?? 1, who % 4 !== 3);
    return true;
  },

  async timers(world, { who }) {
    const server = pick(world.servers, who);
    if (server === undefined) return false;
    await tickTimers(world, server);
    return true;
  },

  async leases(world, { who }) {
    const server = pick(world.servers, who);
    if (server === undefined) return false;
    await tickLeases(world, server);
    return true;
  },

  async dispatch(world, { who }) {
    const server = pick(world.servers, who);
    if (server === undefined) return false;
    await tickDispatch(world, server);
    return true;
  },

  async fault(world, { who, how }) {
    const roll = dice(how);
    const server = pick(world.servers, who);
    if (server === undefined) return false;
    const blow = blows[roll(blows.length)] ?? 'conflict';
    for (let times = roll(3); times >= 0; times -= 1) server.life.plan(blow);
    return true;
  },

  async crash(world, { who, how }) {
    const server = pick(world.servers, who);
    if (server === undefined) return false;
    // Where it is at that moment is a matter of chance.
    for (let hop = how % 12; hop > 0; hop -= 1) await Promise.resolve();
    await server.kill();
    return true;
  },
};

/** Time goes on; workers that live are heard of meanwhile. */
export function passTime(world: World, ms: number, heard: boolean): void {
  const step = 10_000;
  for (let left = ms; left > 0; left -= step) {
    world.clock.advance(Math.min(step, left));
    for (const actor of heard ? world.sessions : []) if (actor.isWorking) actor.heard();
  }
}

export async function tickTimers(world: World, server: Server): Promise<void> {
  const { blows: before } = server.life;
  const now = world.clock.now();
  await tick(world, server, 'timers');
  // What another process sets is found a little later.
  const isSure = world.alone && world.servers.length === 1 && server.life.blows === before && !server.life.isDead;
  if (!isSure) return;
  const left = await server.house.store.dueTimers(now, 10);
  holds(left.length === 0, 'R13', () => `${JSON.stringify(left)} was due and did not happen`);
}

/** What is found stays reserved for a while, also when nobody takes it. */
export async function tickDispatch(world: World, server: Server): Promise<void> {
  await tick(world, server, 'dispatch');
  world.reservedUntil = world.clock.now() + HOLD_MS;
}

export async function tickLeases(world: World, server: Server): Promise<void> {
  const now = world.clock.now();
  for (const actor of world.sessions) {
    const own = actor.server === server;
    const isDue = own ? actor.heardAt + LEASE_MS <= now : actor.storedUntil + SLACK_MS < now;
    if (isDue) world.claims.lapse(actor.name);
  }
  // Who is heard of meanwhile may be so too late for this tick, and one that goes wrong may not have come to it.
  const living = world.sessions.filter((actor) => actor.server === server && actor.isWorking);
  const until = living.map((actor) => actor.heardAt + LEASE_MS);
  if (!(await tick(world, server, 'leases'))) return;
  for (const [index, actor] of living.entries()) actor.storedUntil = Math.max(actor.storedUntil, until[index] ?? 0);
}

/** What goes wrong in a tick is tried again in the next one. Resolves to whether nothing did. */
async function tick(world: World, server: Server, loop: 'timers' | 'leases' | 'dispatch'): Promise<boolean> {
  const ticking = server.engine.loops[loop].tick().then(
    () => true,
    (error: unknown) => {
      if (!ServiceError.is(error) || !error.retryable) throw error;
      return false;
    },
  );
  return Promise.race([ticking, server.life.died.then(() => false)]);
}

/** Those that died are gone with all they had in memory, and others take their places. Resolves to whether any did. */
export async function replaceTheDead(world: World): Promise<boolean> {
  let any = false;
  for (const [index, server] of world.servers.entries()) {
    if (!server.life.isDead) continue;
    any = true;
    count(world, 'deaths');
    await server.kill();
    const next = openServer(await world.database.open(), world.clock);
    world.servers[index] = next;
    for (const actor of world.sessions) if (actor.server === server && actor.isWorking) actor.cut();
    for (const actor of world.callers) {
      if (actor.server !== server) continue;
      actor.abortAll();
      actor.server = next;
    }
  }
  return any;
}
