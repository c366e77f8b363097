import { type Caller, openCaller } from '../../wire/caller.js';
import type { StreamTarget } from '../target.js';
import type { Cursor, Opening, StreamCase } from '../vocabulary.js';
import { type Cast, castOf } from './cast.js';
import { allHeard, isLine } from './heard.js';
import { knock } from './knock.js';
import { type Reader, createReader } from './reader.js';
import { type PeoplesDoor, openPeoplesDoor } from './rest.js';
import { type Claim, type SessionWorker, openSessionWorker } from './session-worker.js';
import { type HandWorker, connectHandWorker } from './worker.js';

/** The target with its doors open. */
export interface OpenTarget {
  readonly target: StreamTarget;
  readonly people: PeoplesDoor;
  readonly caller: Caller;
  /** Ends whatever has no answer yet, so that nothing keeps the process alive. */
  close(): void;
}

/** @throws {Error} when a door of a server does not open to the keys, or leads to no such organisation. */
export async function openTarget(target: StreamTarget, timeoutMs: number): Promise<OpenTarget> {
  const leaving = new AbortController();
  const people = openPeoplesDoor(target, leaving.signal);
  const orgId = await knock(target, timeoutMs);
  const { grpcUrl = '' } = target.servers.at(-1) ?? {};
  const caller = openCaller({ grpcUrl, orgId, key: target.workerKey ?? target.key });
  return {
    target,
    people,
    caller,
    close() {
      leaving.abort();
      caller.close();
    },
  };
}

/** Where one case is played. */
export interface Stage {
  readonly cast: Cast;
  readonly people: PeoplesDoor;
  readonly caller: Caller;
  readonly readers: ReadonlyMap<string, Reader>;
  /** The worker of the case; registered when it is asked for first. */
  worker(): Promise<HandWorker>;
  /** The worker of the case that has a session; connected when it is asked for first. */
  sessionWorker(): SessionWorker;
  /** What it was given, by what the case calls it. */
  readonly claims: Map<string, Claim>;
  newReader(name: string, opening: Opening): Reader;
  /** @throws {Error} when the case has no such reader. */
  reader(name: string): Reader;
  /** Everybody leaves. */
  close(): void;
}

export function createStage(streamCase: StreamCase, { target, people, caller }: OpenTarget): Stage {
  const cast = castOf(streamCase);
  const readers = new Map<string, Reader>();
  const skills = { queue: cast.queue, workflows: cast.workflowKinds, tasks: cast.taskKinds };
  let worker: Promise<HandWorker> | undefined;
  let sessionWorker: SessionWorker | undefined;

  const reader = (name: string): Reader => {
    const found = readers.get(name);
    if (found === undefined) throw new Error(`there is no reader ${name}`);
    return found;
  };

  const cursorOf = (cursor: Cursor): string => {
    if (typeof cursor === 'string') return cast.fill(cursor);
    const lines = allHeard(reader(cursor.reader)).filter(isLine);
    const { id } = lines.at(cursor.entry < 0 ? cursor.entry : cursor.entry - 1) ?? {};
    if (id === undefined) throw new Error(`${cursor.reader} has no id at entry ${cursor.entry} of ${lines.length}`);
    return id;
  };

  return {
    cast,
    people,
    caller,
    readers,
    worker: () => (worker ??= connectHandWorker(caller, skills)),
    sessionWorker: () => (sessionWorker ??= openSessionWorker(caller, skills)),
    claims: new Map(),
    newReader(name, opening) {
      const made = createReader(name, opening, { target, cast, cursorOf, place: readers.size });
      readers.set(name, made);
      return made;
    },
    reader,
    close() {
      for (const each of readers.values()) each.cut();
      sessionWorker?.close();
    },
  };
}
