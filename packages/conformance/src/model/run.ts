import type { TestDatabase } from '../support/houses.js';
import { check } from './check/index.js';
import { heal } from './heal.js';
import type { Move, MoveKind } from './moves.js';
import type { Plays } from './play/play.js';
import { attemptPlays } from './play/attempts.js';
import { fatePlays } from './play/fate.js';
import { guessPlays } from './play/guesses.js';
import { requestPlays } from './play/requests.js';
import { connectSession, sessionPlays } from './play/sessions.js';
import { startPlays } from './play/starts.js';
import { taskPlays } from './play/tasks.js';
import { turnPlays } from './play/turns.js';
import { unaryPlays } from './play/unary.js';
import type { Server } from './actors/server.js';
import { Violation } from './violation.js';
import { type World, count, openWorld } from './world.js';

const plays: Plays<MoveKind> = {
  rest: async () => false,
  ...startPlays,
  ...requestPlays,
  ...taskPlays,
  ...sessionPlays,
  ...turnPlays,
  ...attemptPlays,
  ...guessPlays,
  ...unaryPlays,
  ...fatePlays,
};

/** What is done where there is nothing to do of the kind that was meant: lives are short, and work is what they are for. */
const instead: readonly MoveKind[] = ['turn', 'attempt', 'unary-turn', 'unary-attempt', 'speculate', 'output'];
/** And where there is no work in anybody's hands: what brings some. */
const bringing: readonly MoveKind[] = ['dispatch', 'signal', 'poll', 'advance', 'signal'];
/** So many executions are enough at a time. */
const ENOUGH_OPEN = 5;

export interface Life {
  /** How many server processes there are. */
  readonly servers: number;
  /** After how many moves everything is looked at that is costly to look at. */
  readonly lookEvery: number;
}

/** Lives one random life on an empty database, and looks at everything after each step. */
export async function live(database: TestDatabase, moves: readonly Move[], life: Life): Promise<World['tally']> {
  const { servers, lookEvery } = life;
  const world = await openWorld(database, servers);
  try {
    for (const server of world.servers) await connectSession(world, server, moves[0]?.who ?? 0);
    for (let at = 0; at < moves.length;) {
      const step = stepAt(moves, at);
      at += step.length;
      world.alone = step.length === 1;
      await inTime(Promise.all(step.map((move) => make(world, move))));
      await check(world, { queues: at % lookEvery === 0 });
    }
    await heal(world);
  } catch (error) {
    if (error instanceof Error) error.message += `\n\nWhat was asked last:\n${world.book.journal()}`;
    throw error;
  } finally {
    await Promise.all(world.servers.map(closed));
    await world.store.close();
  }
  return world.tally;
}

async function make(world: World, move: Move): Promise<void> {
  if (move.kind === 'rest') return;
  const open = [...world.followed.values()].filter(({ story }) => story.status === 'OPEN').length;
  const from = move.how % instead.length;
  const last = (open < ENOUGH_OPEN ? undefined : bringing[move.who % bringing.length]) ?? 'start';
  for (const kind of [move.kind, ...instead.slice(from), ...instead.slice(0, from), last]) {
    if (!(await plays[kind](world, move))) continue;
    count(world, kind);
    return;
  }
}

/** The next move, with those that begin before it has ended. */
function stepAt(moves: readonly Move[], from: number): readonly Move[] {
  let to = from;
  while (moves[to]?.together === true && to - from < 3) to += 1;
  return moves.slice(from, to + 1);
}

async function closed({ life, close, kill }: Server): Promise<void> {
  life.heal();
  if (life.isDead) await kill();
  else await close();
}

/** Nothing may stand still: time goes on only by itself. */
async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Violation('R36 broken: somebody waits for ever')), 5_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
