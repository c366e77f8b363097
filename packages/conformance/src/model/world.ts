import type { ExecutionId, HandOver, Store, TaskId } from '@flovyn/engine';
import { type ManualClock, manualClock } from '@flovyn/engine/memory';
import { type RecordedEvent, ServiceError } from '@flovyn/protocol';
import type { TestDatabase } from '../support/houses.js';
import { Book, type Forecast, type Op } from './book.js';
import { Claims } from './claims.js';
import type { FamilyStory } from './story/family-story.js';
import type { Followed } from './story/followed.js';
import { Keys } from './keys.js';
import { type Server, openServer, settled } from './actors/server.js';
import type { SessionActor } from './actors/session-actor.js';
import type { TaskPlan } from './story/task-story.js';
import type { UnaryActor } from './actors/unary-actor.js';
import { holds } from './violation.js';

/** Everything there is in one random life. */
export interface World {
  readonly database: TestDatabase;
  readonly clock: ManualClock;
  /** Reads what is stored, whoever dies. */
  readonly store: Store;
  /** Those that live. */
  readonly servers: Server[];
  readonly sessions: SessionActor[];
  readonly callers: UnaryActor[];
  /** What is known of each execution, as it was when it was last looked at. */
  readonly followed: Map<ExecutionId, Followed>;
  /** How far the stream of each family has been read, by its root. */
  readonly families: Map<ExecutionId, FamilyStory>;
  /** What each task was made with. */
  readonly plans: Map<string, TaskPlan>;
  readonly book: Book;
  readonly claims: Claims;
  readonly keys: Keys;
  /** Standalone tasks that somebody asked to delete. */
  readonly deleting: Set<ExecutionId>;
  /** How often each kind of move was made, and what it came to. */
  readonly tally: Map<string, number>;
  /** Whether nothing else happens at the moment, so that an answer can be foretold. */
  alone: boolean;
  /** What was handed over and has not been looked at. */
  readonly delivered: { readonly to: (work: HandOver) => void; readonly work: HandOver }[];
  /** What workers were shown of histories since the last look. */
  readonly shown: {
    readonly to: string;
    readonly executionId: ExecutionId;
    readonly events: readonly RecordedEvent[];
  }[];
  /** Promises that were broken where nobody waits. */
  readonly broken: unknown[];
  /** Until when work may be reserved for somebody who does not take it. */
  reservedUntil: number;
}

export async function openWorld(database: TestDatabase, servers: number): Promise<World> {
  const clock = manualClock();
  const claims = new Claims();
  const world: World = {
    database,
    clock,
    store: await database.open(),
    servers: [],
    sessions: [],
    callers: [],
    followed: new Map(),
    families: new Map(),
    plans: new Map(),
    book: new Book(),
    claims,
    keys: new Keys(),
    deleting: new Set(),
    tally: new Map(),
    delivered: [],
    shown: [],
    broken: [],
    alone: true,
    reservedUntil: 0,
  };
  for (let count = 0; count < servers; count += 1) world.servers.push(openServer(await database.open(), clock));
  return world;
}

/** Waits until nothing is under way. */
export async function calm(world: World): Promise<void> {
  for (const server of world.servers) await settled(server);
  drain(world);
}

/** Workers take what has been handed over, in the order in which that was done. */
export function drain(world: World): void {
  for (const { to, work } of world.delivered.splice(0)) to(work);
  for (const actor of world.sessions) actor.rest();
}

export function pick<Item>(items: readonly Item[], number: number): Item | undefined {
  return items[number % items.length];
}

export type Answer<Reply> = { readonly type: 'done'; readonly reply: Reply } | { readonly type: 'refused' | 'unknown' };

export interface Asking {
  readonly what: string;
  readonly forecast?: Forecast;
}

/** Asks a server for something and notes what came of it. */
export async function ask<Reply>(
  world: World,
  server: Server,
  { what, forecast }: Asking,
  call: (mark: string, op: Op) => Promise<Reply>,
): Promise<Answer<Reply> & { readonly op: Op }> {
  const op = world.book.begin(`${what} at ${server.name}`, forecast);
  const { blows } = server.life;
  const { alone } = world;
  const foretold = (code: Op['answer']): void => {
    op.answer = code;
    count(world, code === 'done' ? 'answered' : 'refused');
    if (!alone || op.forecast === undefined || server.life.blows !== blows) return;
    const message = () => `${op.mark} ${op.what} should have been answered with ${op.forecast}, not ${code}`;
    holds(code === op.forecast, 'R02', message);
  };
  const died = Symbol('died');
  try {
    const reply = await Promise.race([call(op.mark, op), server.life.died.then(() => died)]);
    if (reply === died) return unknown(world, op);
    foretold('done');
    return { type: 'done', reply: reply as Reply, op };
  } catch (error) {
    if (!ServiceError.is(error)) throw error;
    if (error.code === 'UNAVAILABLE') return unknown(world, op);
    foretold(error.code);
    return { type: 'refused', op };
  }
}

function unknown(world: World, op: Op): { readonly type: 'unknown'; readonly op: Op } {
  op.answer = 'unknown';
  count(world, 'unanswered');
  return { type: 'unknown', op };
}

export function count({ tally }: World, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

export function taskOf(world: World, executionId: ExecutionId, taskId: TaskId) {
  return world.followed.get(executionId)?.tasks.get(taskId);
}
