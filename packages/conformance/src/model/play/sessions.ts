import { type Profile, SessionActor } from '../actors/session-actor.js';
import type { Server } from '../actors/server.js';
import { dice } from '../moves.js';
import { type World, pick } from '../world.js';
import type { Plays } from './play.js';
import { askOver, someOf } from './session-calls.js';

const everything = { workflowKinds: ['w'], taskKinds: ['t', 'u'] };
const everyone: Profile = { queue: 'default', ...everything, workflowCapacity: 3, taskCapacity: 3 };
const profiles: readonly Profile[] = [
  everyone,
  { queue: 'default', ...everything, workflowCapacity: 1, taskCapacity: 1 },
  { queue: 'other', ...everything, workflowCapacity: 2, taskCapacity: 5 },
  { queue: 'default', workflowKinds: [], taskKinds: ['u'], workflowCapacity: 0, taskCapacity: 2 },
  { queue: 'default', workflowKinds: ['w'], taskKinds: ['t'], workflowCapacity: 5, taskCapacity: 0 },
];

/** Most that work at a time. */
const MOST = 6;

export const sessionPlays: Plays<'connect' | 'drop-instance' | 'reconnect' | 'cut' | 'vanish' | 'goodbye'> = {
  async connect(world, { who, how }) {
    const server = pick(world.servers, how);
    if (working(world).length >= MOST || server === undefined) return false;
    await connectSession(world, server, who);
    return true;
  },

  async 'drop-instance'(world, { who }) {
    const found = someOf(world, who, ({ seen, activations, busy }) => {
      const inUse = new Set(activations.map(({ given }) => given.executionId));
      return [...seen.keys()].filter((id) => !inUse.has(id) && !busy.has(id));
    });
    found?.actor.session.dropInstance(found.item);
    found?.actor.forgetInstance(found.item);
    return found !== undefined;
  },

  /** Comes back, here or at another server, with or without having said that it left. */
  async reconnect(world, { who, how }) {
    const roll = dice(how);
    const cut = world.sessions.filter(({ status }) => status === 'cut');
    // Those that are away come back first.
    const actor = pick(cut, who) ?? pick(working(world), who);
    const here = world.servers.find((server) => server === actor?.server);
    const server = roll(4) === 3 || here === undefined ? pick(world.servers, roll(2)) : here;
    if (actor === undefined || server === undefined) return false;
    if (actor.isWorking && roll(2) === 0) actor.session.disconnected();
    // Some of what it had it has forgotten.
    const forgotten = roll(3) === 2 ? pick([...actor.held.keys()], roll(5)) : undefined;
    if (forgotten !== undefined) actor.drop(forgotten);
    await actor.connect(server);
    return true;
  },

  async cut(world, { who }) {
    const actor = pick(working(world), who);
    actor?.session.disconnected();
    actor?.cut();
    return actor !== undefined;
  },

  async vanish(world, { who }) {
    const actor = pick(working(world), who);
    actor?.leave();
    return actor !== undefined;
  },

  async goodbye(world, { who }) {
    const actor = pick(working(world), who);
    if (actor === undefined) return false;
    actor.leave();
    await askOver(world, actor, { what: `goodbye of ${actor.name}`, forecast: 'done' }, () => actor.session.close());
    return true;
  },
};

function working({ sessions }: World): readonly SessionActor[] {
  return sessions.filter((actor) => actor.isWorking);
}

export async function connectSession(world: World, server: Server, profile: number): Promise<SessionActor> {
  const name = `worker-${world.sessions.length + 1}`;
  const actor = new SessionActor(name, pick(profiles, profile) ?? everyone, server, world);
  world.sessions.push(actor);
  await actor.connect(server);
  return actor;
}
