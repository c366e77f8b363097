import type { Outcome } from '@flovyn/protocol';
import { tokenOf } from '../../support/requests.js';
import { ofUnaryEnd, ofUnaryTurn } from '../forecasts.js';
import { type Move, dice } from '../moves.js';
import type { Plays } from './play.js';
import { json, writeTurn } from './script.js';
import type { Activation, Assignment } from '../actors/held.js';
import type { Server } from '../actors/server.js';
import { UnaryActor } from '../actors/unary-actor.js';
import { type World, ask, pick, taskOf } from '../world.js';

/** Most that work at a time. */
const MOST = 4;

/** A call that ends an attempt may wait for the last words of its output: time goes on meanwhile. */
async function whileTimePasses<Result>(world: World, work: Promise<Result>): Promise<Result> {
  let isOver = false;
  void work.finally(() => (isOver = true)).catch(() => undefined);
  for (let ms = 0; ms < 200 && !isOver; ms += 5) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!isOver) world.clock.advance(5);
  }
  return work;
}

function withTurns({ callers }: World): readonly UnaryActor[] {
  return callers.filter(({ turns, isGone }) => turns.size > 0 && !isGone);
}

function withAttempts({ callers }: World): readonly UnaryActor[] {
  return callers.filter(({ attempts, isGone }) => attempts.size > 0 && !isGone);
}

export function hireCaller(world: World, server: Server, queue: string): UnaryActor {
  const actor = new UnaryActor(`caller-${world.callers.length + 1}`, queue, server, world);
  world.callers.push(actor);
  return actor;
}

export const unaryPlays: Plays<
  'poll' | 'abort-poll' | 'unary-turn' | 'unary-attempt' | 'unary-output' | 'unary-late' | 'unary-vanish'
> = {
  async poll(world, { who, how }) {
    const roll = dice(how);
    const server = pick(world.servers, roll(2));
    const present = world.callers.filter(({ isGone }) => !isGone);
    if (server === undefined) return false;
    const isNew = present.length === 0 || (present.length < MOST && roll(4) === 3);
    const actor = isNew ? hireCaller(world, server, roll(4) === 3 ? 'other' : 'default') : pick(present, who);
    if (actor === undefined || actor.polls > 2) return false;
    actor.poll(roll(2) === 0 ? 'workflow' : 'task', roll(8) === 7);
    return true;
  },

  async 'abort-poll'(world, { who }) {
    return (
      pick(
        world.callers.filter(({ polls }) => polls > 0),
        who,
      )?.abort() ?? false
    );
  },

  async 'unary-turn'(world, move) {
    const actor = pick(withTurns(world), move.who);
    const given = pick([...(actor?.turns.values() ?? [])], move.who);
    if (actor === undefined || given === undefined) return false;
    return playUnaryTurn(world, actor, given, move);
  },

  async 'unary-attempt'(world, { who, how }) {
    const actor = pick(withAttempts(world), who);
    const given = pick([...(actor?.attempts.values() ?? [])], who);
    if (actor === undefined || given === undefined) return false;
    return playUnaryAttempt(world, actor, given, how);
  },

  async 'unary-output'(world, { who }) {
    const actor = pick(withAttempts(world), who);
    const given = pick([...(actor?.attempts.values() ?? [])], who);
    if (actor === undefined || given === undefined) return false;
    const { executionId, taskId } = given;
    const task = taskOf(world, executionId, taskId);
    actor.streamed.add(taskId);
    const runs = task?.status === 'RUNNING' && task.claim.door === 'unary';
    const answer = await ask(world, actor.server, { what: `output of ${taskId} by ${actor.caller.worker}` }, (mark) =>
      actor.server.engine.unary.stream({ ...actor.caller, taskId, output: tokenOf(mark) }),
    );
    const followed = world.followed.get(executionId);
    const isClosed = followed?.record !== undefined && followed.isOver;
    if (answer.type === 'done') answer.op.effect = answer.reply && runs && world.alone && !isClosed ? 'some' : 'any';
    return true;
  },

  async 'unary-late'(world, move) {
    const actor = pick(
      world.callers.filter(({ past }) => past.length > 0),
      move.who,
    );
    const given = pick(actor?.past ?? [], move.who);
    if (actor === undefined || given === undefined) return false;
    return given.type === 'task'
      ? playUnaryAttempt(world, actor, given, move.how)
      : playUnaryTurn(world, actor, given, move);
  },

  async 'unary-vanish'(world, { who }) {
    const actor = pick(
      world.callers.filter(({ isGone }) => !isGone),
      who,
    );
    if (actor === undefined) return false;
    actor.isGone = true;
    return true;
  },
};

/** Submits a turn, its own or one that may be somebody else's by now: it shows no claim. */
export async function playUnaryTurn(
  world: World,
  actor: UnaryActor,
  given: Activation,
  move: Move,
  end?: Outcome,
): Promise<boolean> {
  const { executionId, token, sequence } = given;
  const { server, caller } = actor;
  const record = world.followed.get(executionId)?.record;
  const isIts = world.alone && record?.status === 'RUNNING' && record.claim.token === token;
  const answer = await ask(world, server, { what: `turn of ${executionId} by ${caller.worker}` }, (mark, op) => {
    const written = writeTurn(world, executionId, move, 'unary', mark);
    const sent = end === undefined ? written : { ...written, commands: [], outcome: end };
    // What the one whose turn it really is had seen cannot be told.
    op.turn = { ...sent, executionId, seen: isIts ? sequence : undefined };
    op.effect = sent.commands.length > 0 ? 'some' : 'any';
    op.forecast = ofUnaryTurn(world, executionId, sent.commands);
    return server.engine.unary.submitTurn({ ...caller, executionId, commands: sent.commands, outcome: sent.outcome });
  });
  const isOver = answer.type === 'unknown' || answer.op.turn?.outcome !== undefined;
  const isRefused = answer.type === 'refused' && answer.op.answer !== 'LEASE_LOST';
  if (isOver && !isRefused) actor.turns.delete(executionId);
  return true;
}

export async function playUnaryAttempt(
  world: World,
  actor: UnaryActor,
  given: Assignment,
  how: number,
): Promise<boolean> {
  const { executionId, taskId } = given;
  const { server, caller, streamed } = actor;
  const fails = dice(how)(3) === 2;
  // Time passes while it waits for the last words, so others may come first.
  const { alone } = world;
  if (streamed.has(taskId)) world.alone = false;
  const asking = {
    what: `end of ${taskId} by ${caller.worker}`,
    forecast: ofUnaryEnd(taskOf(world, executionId, taskId), !fails),
  };
  const ending = ask(world, server, asking, (mark) =>
    fails
      ? server.engine.unary.failTask({ ...caller, taskId, error: mark })
      : server.engine.unary.completeTask({ ...caller, taskId, output: json(mark) }),
  );
  const answer = await whileTimePasses(world, ending);
  world.alone = alone;
  if (answer.type === 'done' || answer.type === 'refused') actor.attempts.delete(taskId);
  return true;
}
