import { ServiceError } from '@flovyn/protocol';
import type { Change } from '../change.js';
import type { Claim } from '../execution/state.js';
import type { ExecutionId } from '../ids.js';
import type { Meter, StoringMeter } from '../ports/meter.js';
import {
  type CommitBatch,
  CommitConflict,
  type DueTimer,
  type NumberedRun,
  type Store,
  type TimerRef,
} from '../ports/store.js';
import type { Clock, Ids, Reporter, Timer, WakeUps } from '../ports/surroundings.js';
import { BatchBuilder, type Outcome } from './batch-builder.js';
import type { Dispatcher } from './dispatcher.js';
import { Doubts } from './doubts.js';
import { type Fate, fateOf } from './fate.js';
import { prepareGifts } from './gifts.js';
import type { Published } from './streams.js';
import { Missing, Unconfirmed, WorkingSet } from './working-set.js';

export interface LaneOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly wakeUps: WakeUps;
  readonly reporter: Reporter;
  readonly timer: Timer;
  readonly meter: Meter;
  readonly dispatcher: Dispatcher;
  /** Called with the entries of each execution after the commit that wrote them. */
  readonly published: (commit: Published) => void;
  /** Called after a commit for each claim that ended in it. */
  readonly ended: (claim: Claim) => void;
  /** Called after a commit for each thing that it put off. */
  readonly putOff: (timer: DueTimer) => void;
  /** Called after a commit for each thing that does not become due any more, before those that do. */
  readonly letGo: (timer: TimerRef) => void;
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
      if (refusal !== undefined) {
        this.#options.meter.refused(refusal.code);
        return reject(refusal);
      }
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

  /** How far the history of an execution has got, for one that is in memory. It may be ahead of what is stored. */
  sequenceOf(id: ExecutionId): number | undefined {
    return this.#working.cached(id)?.sequence;
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

  /**
   * Carries the members through, whole if possible: stored together, else read again, else one by one. A commit whose
   * answer was lost is looked for before anything is decided again: no member happens twice.
   */
  async #settle(members: readonly Member[]): Promise<void> {
    let left = members;
    let others = new Set<ExecutionId>();
    let again = false;
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const tried = await this.#attempt(left, again || attempt > 1, others);
      const result = 'unsure' in tried ? await this.#settleUnsure(left, tried.unsure) : tried;
      if ('carried' in result) {
        left = left.slice(result.carried);
        others = new Set();
        again = false;
        attempt = 0;
        continue;
      }
      if (result.error instanceof Unconfirmed && !again) {
        again = true;
        attempt -= 1;
        continue;
      }
      // Each such try knows more executions than the one before it.
      if (result.error instanceof Missing && result.error.ids.some((id) => !others.has(id))) {
        for (const id of result.error.ids) others.add(id);
        attempt -= 1;
        continue;
      }
      const why = reasonOf(result.error);
      if (why === 'lost') this.#working.forgetAll();
      if ('isFinal' in result) {
        for (const member of left) this.#answer(member, { thrown: result.error });
        return;
      }
      if (left.length > 1 && why !== 'lost' && attempt >= 2) {
        for (const member of left) await this.#settle([member]);
        return;
      }
      if (attempt >= TRIES[why]) {
        for (const member of left) {
          this.#answer(member, { thrown: why === 'conflict' ? contended(member.change, result.error) : result.error });
        }
        return;
      }
    }
  }

  /** One try: how many of the members were carried through, or why none was. */
  async #attempt(
    members: readonly Member[],
    again: boolean,
    others: ReadonlySet<ExecutionId>,
  ): Promise<Tried | { unsure: Unsure }> {
    const { store, dispatcher, clock, ids, meter } = this.#options;
    let built: BatchBuilder | undefined;
    const outcomes: Outcome[] = [];
    let rows: CommitBatch | undefined;
    let storing: StoringMeter | undefined;
    let runs: readonly NumberedRun[] = [];
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
      if (rows !== undefined) {
        storing = meter.storing();
        runs = await store.commit(rows);
      } else if (again) await store.unlock();
    } catch (error) {
      const why = reasonOf(error);
      storing?.failed(why);
      if (built !== undefined && rows !== undefined && why === 'lost')
        return { unsure: { built, outcomes, rows, error } };
      if (built !== undefined) this.#undo(built, false);
      if (again) await store.unlock().catch(() => this.#working.forgetAll());
      return { error };
    }
    const { milestones, fired, lateEntries } = built.batch;
    storing?.stored({ changes: outcomes.length, milestones, fired, entries: rows?.entries ?? [] });
    if (lateEntries > 0) meter.late(lateEntries);
    this.#tell(members, outcomes, built, rows, runs);
    return { carried: outcomes.length };
  }

  /** The answer of a commit was lost: was it stored? Where nobody can tell, its members are not carried out again. */
  async #settleUnsure(members: readonly Member[], { built, outcomes, rows, error }: Unsure): Promise<Tried> {
    this.#working.forgetAll();
    let fate: Fate = 'unknown';
    for (let look = 1; look <= TRIES.lost; look += 1) {
      try {
        fate = await fateOf(rows, this.#options.store);
        break;
      } catch (failure) {
        if (reasonOf(failure) !== 'lost') break;
      }
    }
    if (fate === 'stored') {
      this.#tell(members, outcomes, built, rows, undefined);
      // The database may have come back with less output than is known here.
      this.#working.forgetAll();
      return { carried: outcomes.length };
    }
    this.#undo(built, fate === 'unknown');
    return fate === 'unknown' ? { error, isFinal: true } : { error };
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
    runs: readonly NumberedRun[] | undefined,
  ): void {
    const { published, dispatcher, ended, putOff, letGo, wakeUps } = this.#options;
    const { entries } = built.batch;
    if (entries.length > 0) published({ entries, runs, orgOf: (id) => built.batch.execution(id)?.orgId });
    outcomes.forEach((outcome, index) => {
      if (!('thrown' in outcome)) members[index]?.change.stored?.(outcome);
    });
    const give = prepareGifts(built, this.#options);
    for (const execution of built.touched) this.#working.keep(execution);
    for (const { id } of rows?.deleted ?? []) this.#working.forget({ id });
    outcomes.forEach((outcome, index) => this.#answer(members[index], outcome));
    for (const claim of built.endings) {
      dispatcher.leave(claim);
      ended(claim);
    }
    for (const work of rows?.ready.add ?? []) wakeUps.nudge(work);
    for (const timer of rows?.timers.remove ?? []) letGo(timer);
    for (const timer of rows?.timers.set ?? []) putOff(timer);
    this.settleDoubts();
    if (give !== undefined) afterReplies(give);
  }

  #answer(member: Member | undefined, outcome: Outcome): void {
    const { meter } = this.#options;
    if ('reply' in outcome) {
      meter.carriedOut();
      member?.resolve(outcome.reply);
      return;
    }
    const why = 'refusal' in outcome ? outcome.refusal : outcome.thrown;
    meter.refused(ServiceError.from(why).code);
    member?.reject(why);
  }
}

/** How many of the members were carried through, or why none was. `isFinal`: nothing may be tried again. */
type Tried = { readonly carried: number } | { readonly error: unknown; readonly isFinal?: true };

/** A commit whose answer was lost. */
interface Unsure {
  readonly built: BatchBuilder;
  readonly outcomes: readonly Outcome[];
  readonly rows: CommitBatch;
  readonly error: unknown;
}

function reasonOf(error: unknown): keyof typeof TRIES {
  if (error instanceof CommitConflict) return 'conflict';
  return ServiceError.is(error) && error.code === 'UNAVAILABLE' ? 'lost' : 'fault';
}

function contended({ id }: Change<unknown>, cause: unknown): ServiceError {
  return new ServiceError('ABORTED', `Others kept changing execution ${id} first. Try again.`, { cause });
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
