import { ServiceError } from '@flovyn/protocol';
import type { Change } from '../change.js';
import type { ExecutionId, SessionId } from '../ids.js';
import { type CommitBatch, CommitConflict, type Store, type StreamEntry } from '../ports/store.js';
import type { Clock, Ids, Reporter, WakeUps } from '../ports/surroundings.js';
import { BatchBuilder, type Outcome } from './batch-builder.js';
import type { Dispatcher } from './dispatcher.js';
import { Doubts } from './doubts.js';
import { prepareGifts } from './gifts.js';
import { Missing, WorkingSet } from './working-set.js';

export interface LaneOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly wakeUps: WakeUps;
  readonly reporter: Reporter;
  readonly dispatcher: Dispatcher;
  /** Called with the entries of each execution after the commit that wrote them. */
  readonly published: (id: ExecutionId, entries: readonly StreamEntry[]) => void;
  /** Called after a commit for each claim that ended in it. */
  readonly ended: (sessionId: SessionId) => void;
  /** Called after a commit that put something off until `dueAt`. */
  readonly putOff: (dueAt: number) => void;
  readonly cachedExecutions: number;
}

/** A batch is closed when it holds this much: the next one gathers meanwhile, so larger ones gain nothing. */
const BATCH_CHANGES = 4_096;
const BATCH_ROWS = 4_000;
const BATCH_BYTES = 8 * 1024 * 1024;
/**
 * Of what waits, one batch takes half, but this many in any case. Executions that are stored together are answered
 * together and come back together: taken whole, the database would stand still while they are on their way.
 */
const BATCH_LEAST = 32;
/** What may wait; past it new changes are refused, so that memory is bounded whatever is sent. */
const QUEUE_CHANGES = 100_000;
const QUEUE_BYTES = 256 * 1024 * 1024;
/** How often a change is decided anew: when others keep coming first, when the database is away, when we fail. */
const TRIES = { conflict: 8, lost: 3, fault: 2 };

interface Member {
  readonly change: Change<unknown>;
  readonly queuedAt: number;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The one door for facts. Every change of every execution of this process goes through one lane: while a batch is being
 * stored the next one gathers, and all members of a batch are decided in memory, in the order in which they came, when it
 * is built.
 *
 * What holds:
 * 1. A reply, a refusal, a line to a reader and work to a worker leave only after the commit they come from.
 * 2. One member's refusal changes nothing for its neighbours.
 * 3. A batch that was not stored leaves no trace: the executions it touched are forgotten and read again.
 * 4. Readers hear before repliers, repliers before workers: whoever acts on a reply finds the lines written.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #working: WorkingSet;
  readonly #doubts: Doubts;
  #queue: Member[] = [];
  #bytes = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#working = new WorkingSet(options.store, options.ids, options.cachedExecutions);
    this.#doubts = new Doubts(options.dispatcher, options.reporter);
  }

  /** Resolves with the decision's reply once its effect is durable. */
  change<Reply>(change: Change<Reply>): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      const refusal = this.#refuse();
      if (refusal !== undefined) return reject(refusal);
      this.#bytes += change.bytes ?? 0;
      const queuedAt = this.#options.clock.now();
      this.#queue.push({ change, queuedAt, resolve: resolve as (reply: unknown) => void, reject });
      this.#running ??= this.#run();
    });
  }

  /** To be called now and then, also when nothing else happens. */
  settleDoubts(): void {
    if (!this.#closed) this.#doubts.settle(this);
  }

  oldestWaitMs(): number {
    const oldest = this.#queue[0];
    return oldest === undefined ? 0 : Math.max(0, this.#options.clock.now() - oldest.queuedAt);
  }

  backlog(): { readonly changes: number; readonly bytes: number } {
    return { changes: this.#queue.length, bytes: this.#bytes };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #refuse(): ServiceError | undefined {
    if (this.#closed) {
      return new ServiceError('UNAVAILABLE', 'The server is stopping. Try another one, or again shortly.');
    }
    if (this.#queue.length < QUEUE_CHANGES && this.#bytes < QUEUE_BYTES) return undefined;
    const message = 'More is waiting to be written than the server can hold. Try again shortly.';
    return new ServiceError('RESOURCE_EXHAUSTED', message, { retryAfterSeconds: 1 });
  }

  async #run(): Promise<void> {
    // One turn of the microtask queue: what arrives together is stored together.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#settle(this.#take());
    this.#running = undefined;
  }

  #take(): Member[] {
    let bytes = 0;
    let count = 0;
    const most = Math.min(BATCH_CHANGES, Math.max(BATCH_LEAST, Math.ceil(this.#queue.length / 2)));
    for (const { change } of this.#queue) {
      if (count > 0 && (count >= most || bytes >= BATCH_BYTES)) break;
      bytes += change.bytes ?? 0;
      count += 1;
    }
    this.#bytes -= bytes;
    return this.#queue.splice(0, count);
  }

  /** Carries the members through, whole if possible: stored together, else read again, else one by one. */
  async #settle(members: readonly Member[]): Promise<void> {
    let left = members;
    let others = new Set<ExecutionId>();
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const result = await this.#attempt(left, attempt > 1, others);
      if ('carried' in result) {
        left = left.slice(result.carried);
        others = new Set();
        attempt = 0;
        continue;
      }
      // Each such try knows one execution more than the one before it.
      if (result.error instanceof Missing && !others.has(result.error.id)) {
        others.add(result.error.id);
        attempt -= 1;
        continue;
      }
      const why = reasonOf(result.error);
      if (why === 'lost') this.#working.forgetAll();
      if (left.length > 1 && why !== 'lost' && attempt >= 2) {
        for (const member of left) await this.#settle([member]);
        return;
      }
      if (attempt >= TRIES[why]) {
        for (const { change, reject } of left)
          reject(why === 'conflict' ? contended(change, result.error) : result.error);
        return;
      }
    }
  }

  /** One try: how many of the members were carried through, or why none was. */
  async #attempt(
    members: readonly Member[],
    again: boolean,
    others: ReadonlySet<ExecutionId>,
  ): Promise<{ carried: number } | { error: unknown }> {
    const { store, dispatcher, clock, ids } = this.#options;
    let built: BatchBuilder | undefined;
    const outcomes: Outcome[] = [];
    let rows: CommitBatch | undefined;
    try {
      const prepared = await this.#working.prepare(
        members.map(({ change }) => change),
        again,
        others,
      );
      built = new BatchBuilder({ prepared, working: this.#working, dispatcher, clock, ids });
      for (const { change } of members) {
        if (outcomes.length > 0 && built.batch.rows >= BATCH_ROWS) break;
        outcomes.push(built.decide(change));
      }
      rows = built.batch.build();
      if (rows !== undefined) await store.commit(rows);
      else if (again) await store.unlock();
    } catch (error) {
      if (built !== undefined) this.#undo(built, reasonOf(error) === 'lost');
      if (again) await store.unlock().catch(() => this.#working.forgetAll());
      return { error };
    }
    this.#tell(members, outcomes, built, rows);
    return { carried: outcomes.length };
  }

  /** The batch was not stored: as if it had never been. Where that is not certain, its claims are looked into later. */
  #undo(built: BatchBuilder, uncertain: boolean): void {
    const { dispatcher } = this.#options;
    for (const place of built.places) {
      dispatcher.unhold(place.claim);
      if (uncertain) this.#doubts.add(place);
    }
    for (const place of built.taken) dispatcher.leave(place);
    for (const execution of built.touched) this.#working.forget(execution);
  }

  /** The batch is stored: tell, in the order that rule 4 says. */
  #tell(
    members: readonly Member[],
    outcomes: readonly Outcome[],
    built: BatchBuilder,
    rows: CommitBatch | undefined,
  ): void {
    const { published, dispatcher, ended, putOff, wakeUps } = this.#options;
    for (const [id, entries] of built.batch.entriesByExecution()) published(id, entries);
    outcomes.forEach((outcome, index) => {
      if (!('thrown' in outcome)) members[index]?.change.stored?.(outcome);
    });
    const give = prepareGifts(built, this.#options);
    for (const execution of built.touched) this.#working.keep(execution);
    for (const { id } of rows?.deleted ?? []) this.#working.forget({ id });
    outcomes.forEach((outcome, index) => answer(members[index], outcome));
    for (const claim of built.endings) {
      dispatcher.leave(claim);
      ended(claim.sessionId);
    }
    for (const work of rows?.ready.add ?? []) wakeUps.nudge(work);
    for (const { dueAt } of rows?.timers.set ?? []) putOff(dueAt);
    this.settleDoubts();
    if (give !== undefined) afterReplies(give);
  }
}

function reasonOf(error: unknown): keyof typeof TRIES {
  if (error instanceof CommitConflict) return 'conflict';
  return ServiceError.is(error) && error.code === 'UNAVAILABLE' ? 'lost' : 'fault';
}

function contended({ id }: Change<unknown>, cause: unknown): ServiceError {
  return new ServiceError('ABORTED', `Others kept changing execution ${id} first. Try again.`, { cause });
}

function answer(member: Member | undefined, outcome: Outcome): void {
  if ('reply' in outcome) member?.resolve(outcome.reply);
  else member?.reject('refusal' in outcome ? outcome.refusal : outcome.thrown);
}

/**
 * Runs `then` when whoever was answered in this turn has had time to act on it: a caller is a few promises away from its
 * answer, never a timer.
 */
function afterReplies(then: () => void): void {
  let turn = Promise.resolve();
  for (let hop = 0; hop < 8; hop += 1) turn = turn.then(() => undefined);
  void turn.then(then);
}
