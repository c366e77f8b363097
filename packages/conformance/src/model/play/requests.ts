import type { ExecutionId } from '@flovyn/engine';
import { newChildId } from '../../support/commands.js';
import { orgId } from '../../support/house.js';
import type { Server } from '../actors/server.js';
import { ofRetry, ofSettling, onOpenExecution } from '../forecasts.js';
import { dice } from '../moves.js';
import { holds } from '../violation.js';
import { type World, ask, pick } from '../world.js';
import type { Plays } from './play.js';
import { json } from './script.js';

const nobody = newChildId() as ExecutionId;

/** Any workflow execution; seldom, one that does not exist. */
export function someExecution(world: World, who: number): ExecutionId {
  const workflows = [...world.followed.values()].filter(({ record }) => record !== undefined);
  return (who % 23 === 22 ? undefined : pick(workflows, who)?.id) ?? nobody;
}

/** Mostly one that is open. */
function someOpen(world: World, who: number): ExecutionId {
  const open = [...world.followed.values()].filter(({ story }) => story.status === 'OPEN');
  return (who % 4 === 3 ? undefined : pick(open, who)?.id) ?? someExecution(world, who);
}

export function someServer({ servers }: World, number: number): Server {
  const server = pick(servers, number);
  if (server === undefined) throw new TypeError('no server lives');
  return server;
}

export const requestPlays: Plays<'signal' | 'cancel' | 'retry' | 'settle'> = {
  async signal(world, { who, how }) {
    const server = someServer(world, how);
    const id = someOpen(world, who);
    const followed = world.followed.get(id);
    const waited = followed?.record?.status === 'WAITING';
    const { alone } = world;
    const { blows } = server.life;
    const answer = await ask(world, server, { what: `signal ${id}`, forecast: onOpenExecution(followed) }, (mark) =>
      server.engine.signalWorkflow({ orgId, id, signalName: 's', signalValue: json(mark) }),
    );
    answer.op.effect = 'some';
    if (answer.type !== 'done') return true;
    const { sequence, resumed } = answer.reply;
    const { mark } = answer.op;
    answer.op.proof = () => followed?.history[sequence - 1]?.data.includes(mark) === true;
    const isRight = !alone || blows !== server.life.blows || resumed === waited;
    holds(isRight, 'R11', () => `${mark} said resumed: ${resumed} of what waited: ${waited}`);
    return true;
  },

  async cancel(world, { who, how }) {
    const server = someServer(world, how);
    const id = someOpen(world, who);
    const followed = world.followed.get(id);
    // The first wish counts, and is remembered where it was heard.
    const isAgain = followed?.history.some(({ type }) => type === 'CANCELLATION_REQUESTED') === true;
    const { alone } = world;
    const forecast = isAgain ? undefined : onOpenExecution(followed);
    const answer = await ask(world, server, { what: `cancel ${id}`, forecast }, (mark) =>
      server.engine.cancelWorkflow({ orgId, id, reason: mark, requestedBy: 'somebody' }),
    );
    answer.op.effect = alone && !isAgain ? 'some' : 'any';
    return true;
  },

  async retry(world, { who, how }) {
    // The reference store locks nothing, so an end at another server at the same moment could be missed.
    if (!world.alone && world.servers.length > 1) return false;
    const server = someServer(world, how);
    const failed = [...world.followed.values()].filter(({ story }) => story.status === 'FAILED');
    const id = pick(failed, who)?.id ?? someExecution(world, who);
    const asking = { what: `retry ${id}`, forecast: ofRetry(world.followed.get(id)) };
    const answer = await ask(world, server, asking, (mark) => server.engine.retryWorkflow({ orgId, id, note: mark }));
    answer.op.effect = 'some';
    return true;
  },

  async settle(world, { who, how }) {
    const roll = dice(how);
    const server = someServer(world, roll(2));
    const found = pick(promisesOf(world), who);
    if (found === undefined) return false;
    const { followed } = found;
    const byName = roll(2) === 1;
    const { name, promiseId, open } = byName ? firstOf(found) : found;
    const promise = byName ? { executionId: followed.id, name } : { promiseId };
    const isRejected = roll(3) === 2;
    const { alone } = world;
    const { blows } = server.life;
    const asking = { what: `settle ${name} of ${followed.id}`, forecast: ofSettling(followed, promiseId) };
    const answer = await ask(world, server, asking, (mark) =>
      server.engine.settlePromise({
        orgId,
        promise,
        outcome: isRejected ? { type: 'rejected', error: mark } : { type: 'resolved', value: json(mark) },
      }),
    );
    if (answer.type !== 'done') return true;
    const { already } = answer.reply;
    answer.op.effect = already ? 'none' : 'some';
    const isRight = !alone || blows !== server.life.blows || already === !open;
    holds(isRight, 'R05', () => `${answer.op.mark} said already: ${already} of what was open: ${open}`);
    return true;
  },
};

function promisesOf(world: World) {
  return [...world.followed.values()].flatMap((followed) =>
    [...followed.story.promises].map(([promiseId, { name, open }]) => ({ followed, name, promiseId, open })),
  );
}

/** Which one is meant by its name. */
function firstOf<Found extends ReturnType<typeof promisesOf>[number]>(found: Found): Found {
  const { followed, name } = found;
  const named = [...followed.story.promises].filter(([, promise]) => promise.name === name);
  const [promiseId, { open }] = named.find(([, promise]) => promise.open) ?? named[0] ?? [found.promiseId, found];
  return { ...found, promiseId, open };
}
