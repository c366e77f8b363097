import { LRUCache } from 'lru-cache';
import type { PollRequest, UnaryCaller } from '../engine.js';
import type { ExecutionId, OrgId, SessionId, TaskId } from '../ids.js';
import type { ReadyLine, SessionLease, SessionStore } from '../ports/store.js';
import type { Clock, Ids } from '../ports/surroundings.js';
import type { Dispatcher, Holder } from './dispatcher.js';
import type { Hand } from './present.js';

/** How long workers that make single calls may be silent. */
export interface SilenceTimes {
  /** One that sends heartbeats; 60 s. */
  readonly heartbeatingMs: number;
  /** One that never does, and may be busy with a single long task; 5 min. */
  readonly silentMs: number;
}

/** More queues than one worker polls. */
const QUEUES = 32;
/** A worker that stops waits for its poll to end: a quarter of what it has been idle is no surprise. */
const IDLE_SHARE = 4;

/** A worker on one connection: what its polls have claimed is its own, and lives as long as it is heard of. */
export class UnaryWorker implements Holder, Hand {
  readonly turns = new Map<string, ExecutionId>();
  readonly attempts = new Map<string, { readonly executionId: ExecutionId; readonly taskId: TaskId }>();
  heardAt: number;
  heartbeats = false;
  /** When it was last known to have something to do. */
  busyAt: number;
  readonly id: SessionId;
  readonly orgId: OrgId;
  readonly worker: string;
  readonly peer: string;
  /** The kinds it asked for last, by type and queue; `undefined` for all of them. */
  readonly #asked = new Map<string, readonly string[] | undefined>();

  constructor(id: SessionId, { orgId, worker, peer }: Required<UnaryCaller> & { worker: string }, now: number) {
    this.id = id;
    this.orgId = orgId;
    this.worker = worker;
    this.peer = peer;
    this.heardAt = now;
    this.busyAt = now;
  }

  get holdsSomething(): boolean {
    return this.turns.size + this.attempts.size > 0;
  }

  asks({ type, queue, kinds }: Pick<PollRequest, 'type' | 'queue' | 'kinds'>): void {
    const name = `${type} ${queue}`;
    this.#asked.delete(name);
    this.#asked.set(name, kinds);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > QUEUES && oldest !== undefined) this.#asked.delete(oldest);
  }

  /** How long a poll is held: the longer it has had nothing to do, the less often it need come back for nothing. */
  holdOf({ holdMs, idleHoldMs = holdMs }: Pick<PollRequest, 'holdMs' | 'idleHoldMs'>, now: number): number {
    if (this.holdsSomething) return holdMs;
    return Math.max(holdMs, Math.min(idleHoldMs, (now - this.busyAt) / IDLE_SHARE));
  }

  takes({ type, queue, kind }: Omit<ReadyLine, 'orgId'>): boolean {
    const name = `${type} ${queue}`;
    return this.#asked.has(name) && (this.#asked.get(name)?.includes(kind) ?? true);
  }
}

/** One process under a worker's name, as far as we can tell. */
interface Crew {
  /** The process that registered last under this name. */
  process: string;
  /** Its connections since that registration: a heartbeat on any of them speaks for all. */
  members: Set<UnaryWorker>;
}

/** More names than live at a time. One that is forgotten is only judged by each of its connections alone. */
const MOST_CREWS = 50_000;

export interface UnaryWorkersParts {
  readonly store: SessionStore;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly times: SilenceTimes;
}

/**
 * The workers that make single calls, and when they were last heard of. They show no claims, several processes may use
 * one name, and most never say that they live: so every call counts, for the connection it came on. Only a heartbeat
 * counts for all connections of its worker, until another process registers under the name.
 */
export class UnaryWorkers {
  readonly #parts: UnaryWorkersParts;
  readonly #byConnection = new Map<string, Map<string, UnaryWorker>>();
  readonly #crews = new LRUCache<string, Crew>({ maxSize: MOST_CREWS, sizeCalculation: () => 1 });

  constructor(parts: UnaryWorkersParts) {
    this.#parts = parts;
  }

  /** Every worker there is, with the lease that its silence leaves it. */
  *leases(): Iterable<{ readonly worker: UnaryWorker; readonly lease: SessionLease }> {
    for (const worker of this.all()) yield { worker, lease: this.#leaseOf(worker) };
  }

  all(): readonly UnaryWorker[] {
    return [...this.#byConnection.values()].flatMap((workers) => [...workers.values()]);
  }

  heard({ orgId, worker, peer }: UnaryCaller, heartbeat = false): void {
    const now = this.#parts.clock.now();
    const here = this.#byConnection.get(connectionName(orgId, peer));
    for (const known of here?.values() ?? []) {
      known.heardAt = now;
      // The end of its work is told by such a call, too: until then it was busy.
      if (known.holdsSomething) known.busyAt = now;
    }
    if (!heartbeat || worker === undefined) return;
    for (const member of this.#spokenFor(this.#crew(orgId, worker), here?.get(worker))) {
      member.heardAt = now;
      member.heartbeats = true;
    }
  }

  /** Whose life a heartbeat proves that came on the connection of `speaker`, if it ever polled there. */
  #spokenFor(crew: Crew, speaker: UnaryWorker | undefined): Iterable<UnaryWorker> {
    // From a connection that is only there for heartbeats: it may be anybody's of that name.
    if (speaker === undefined) return crew.members;
    // Until a process has registered, nobody knows which of the connections belong together.
    const isOfCrew = crew.process !== '' && crew.members.has(speaker);
    return isOfCrew ? crew.members : [speaker];
  }

  registered({ orgId, worker }: UnaryCaller & { readonly worker: string }, process: string): void {
    const crew = this.#crew(orgId, worker);
    if (crew.process === process) return;
    crew.process = process;
    // Those from before may be of a process that died: nobody else's heartbeat keeps them alive.
    crew.members = new Set();
  }

  /** The worker behind a poll. Its lease stands before its first claim does. */
  async of(caller: UnaryCaller & { readonly worker: string }): Promise<UnaryWorker> {
    const { store, dispatcher, clock, ids } = this.#parts;
    const connection = connectionName(caller.orgId, caller.peer);
    const known = this.#byConnection.get(connection)?.get(caller.worker);
    if (known !== undefined) return known;
    const worker = new UnaryWorker(ids.executionId() as string as SessionId, caller, clock.now());
    const workers = this.#byConnection.get(connection) ?? new Map<string, UnaryWorker>();
    this.#byConnection.set(connection, workers.set(caller.worker, worker));
    this.#crew(caller.orgId, caller.worker).members.add(worker);
    dispatcher.holds(worker);
    await store.extend([this.#leaseOf(worker)]);
    return worker;
  }

  forget(worker: UnaryWorker): void {
    const connection = connectionName(worker.orgId, worker.peer);
    const workers = this.#byConnection.get(connection);
    if (workers?.get(worker.worker) === worker) workers.delete(worker.worker);
    if (workers?.size === 0) this.#byConnection.delete(connection);
    const name = crewName(worker.orgId, worker.worker);
    const crew = this.#crews.get(name);
    crew?.members.delete(worker);
    if (crew?.members.size === 0) this.#crews.delete(name);
    this.#parts.dispatcher.gone(worker);
  }

  #leaseOf(worker: UnaryWorker): SessionLease {
    const { heartbeatingMs, silentMs } = this.#parts.times;
    return {
      id: worker.id,
      orgId: worker.orgId,
      workerId: worker.worker,
      workerName: worker.worker,
      leaseUntil: worker.heardAt + (worker.heartbeats ? heartbeatingMs : silentMs),
    };
  }

  #crew(orgId: OrgId, worker: string): Crew {
    const name = crewName(orgId, worker);
    let crew = this.#crews.get(name);
    if (crew === undefined) this.#crews.set(name, (crew = { process: '', members: new Set() }));
    return crew;
  }
}

function connectionName(orgId: OrgId, peer: string): string {
  return `${orgId} ${peer}`;
}

function crewName(orgId: OrgId, worker: string): string {
  return `${orgId} ${worker}`;
}
