import { ServiceError, invariant } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import { type Decide, type Decision, decided } from '../decision.js';
import { type Claim, type TurnClaim, isTerminalWorkflow } from '../execution/state.js';
import { type Execution, fromLoaded } from '../execution/view.js';
import type { ExecutionId, OrgId, SessionId, TaskId } from '../ids.js';
import type { Occurrence } from '../occurrence.js';
import {
  type CommitBatch,
  CommitConflict,
  type IdempotencyKey,
  type IdempotencyKeyId,
  type Store,
  type StreamEntry,
  type Wanted,
} from '../ports/store.js';
import type { Clock, Ids, Reporter, WakeUps } from '../ports/surroundings.js';
import { isOpenTask } from '../task/state.js';
import { Batch } from './batch.js';
import type { Dispatcher, Offer, Place } from './dispatcher.js';
import { type Meeting, activation, assignment, taskOffer, workflowOffer } from './hand-over.js';

/** One wish to change one execution. */
export interface Change<Reply> {
  readonly id: ExecutionId;
  readonly orgId: OrgId;
  /** Nobody else can know the id yet: there is nothing to read. */
  readonly fresh?: boolean;
  /** Tasks the decision looks at, open or not. */
  readonly taskIds?: readonly TaskId[];
  /** Tasks it may create: looked at only after a conflict, when one of them may turn out to exist. */
  readonly newTaskIds?: readonly TaskId[];
  readonly key?: IdempotencyKeyId;
  /** Roughly how much it holds, for the bounds of the queue and of a batch. */
  readonly bytes?: number;
  readonly decide: Decide<Reply>;
  /** Called as soon as the decision is durable, before work is given to anybody. */
  stored?(answer: Decision<Reply>['answer']): void;
}

export interface ChangesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly wakeUps: WakeUps;
  readonly reporter: Reporter;
  readonly dispatcher: Dispatcher;
  /** Called with the entries of each execution after the commit that wrote them. */
  readonly published: (id: ExecutionId, entries: readonly StreamEntry[]) => void;
  /** Called after a commit for each token whose claim has ended. */
  readonly ended: (sessionId: SessionId) => void;
  readonly cachedExecutions: number;
}

/** A batch is closed when it holds this much: the next one gathers meanwhile, so larger ones gain nothing. */
const BATCH_CHANGES = 4_096;
const BATCH_ROWS = 4_000;
const BATCH_BYTES = 8 * 1024 * 1024;
/** What may wait; past it new changes are refused, so that memory is bounded whatever is sent. */
const QUEUE_CHANGES = 100_000;
const QUEUE_BYTES = 256 * 1024 * 1024;
/** How often a change is decided anew when others keep coming first. */
const ATTEMPTS = 8;

interface Member {
  readonly change: Change<unknown>;
  readonly queuedAt: number;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
  outcome: Decision<unknown>['answer'] | { readonly thrown: unknown } | undefined;
}

/** Executions kept in memory hold their inputs: bounded by size as well as by number. */
const CACHE_BYTES = 256 * 1024 * 1024;

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
export class Changes {
  readonly #options: ChangesOptions;
  readonly #cache: LRUCache<ExecutionId, Execution>;
  #queue: Member[] = [];
  #bytes = 0;
  #running: Promise<void> | undefined;
  #doubts: TakenPlace[] = [];
  #life: string | undefined;
  #closed = false;

  constructor(options: ChangesOptions) {
    this.#options = options;
    this.#cache = new LRUCache({
      max: options.cachedExecutions,
      maxSize: CACHE_BYTES,
      sizeCalculation: ({ workflow, tasks }) => 2_048 + (workflow?.input.length ?? 0) + tasks.size * 1_024,
    });
  }

  /** Resolves with the decision's reply once its effect is durable. */
  change<Reply>(change: Change<Reply>): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      const refusal = this.#refuse();
      if (refusal !== undefined) return reject(refusal);
      this.#bytes += change.bytes ?? 0;
      this.#queue.push({
        change,
        queuedAt: this.#options.clock.now(),
        resolve: resolve as (reply: unknown) => void,
        reject,
        outcome: undefined,
      });
      this.#running ??= this.#run();
    });
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

  /**
   * Claims of a commit whose answer was lost may stand in the store without their workers having heard of them. Those
   * that do go round again. Called after each commit that succeeds, and by whoever keeps the leases.
   */
  settleDoubts(): void {
    for (const place of this.#doubts.splice(0)) {
      this.change(doubting(place, this.#options.dispatcher)).catch((error: unknown) => {
        if (ServiceError.is(error) && error.code === 'UNAVAILABLE' && !this.#closed) this.#doubts.push(place);
        else
          this.#options.reporter.error('A claim of uncertain fate could not be settled', {
            executionId: place.execution.id,
            error,
          });
      });
    }
  }

  #refuse(): ServiceError | undefined {
    if (this.#closed)
      return new ServiceError('UNAVAILABLE', 'The server is stopping. Try another one, or again shortly.');
    if (this.#queue.length < QUEUE_CHANGES && this.#bytes < QUEUE_BYTES) return undefined;
    return new ServiceError(
      'RESOURCE_EXHAUSTED',
      'More is waiting to be written than the server can hold. Try again shortly.',
      {
        retryAfterSeconds: 1,
      },
    );
  }

  async #run(): Promise<void> {
    // One turn of the microtask queue: what arrives together is stored together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const members = this.#take();
      await this.#settle(members);
    }
    this.#running = undefined;
  }

  #take(): Member[] {
    let bytes = 0;
    let count = 0;
    for (const member of this.#queue) {
      if (count > 0 && (count >= BATCH_CHANGES || bytes >= BATCH_BYTES)) break;
      bytes += member.change.bytes ?? 0;
      count += 1;
    }
    this.#bytes -= bytes;
    return this.#queue.splice(0, count);
  }

  /** Carries the members through, whole if possible: stored together, else read again, else one by one. */
  async #settle(members: readonly Member[]): Promise<void> {
    let left = members;
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const result = await this.#attempt(left, attempt);
      if ('carried' in result) {
        left = left.slice(result.carried);
        attempt = 0;
        continue;
      }
      const { error } = result;
      const down = ServiceError.is(error) && error.code === 'UNAVAILABLE';
      if (down) this.#forgetAll();
      if (left.length > 1 && !down && attempt >= 2) {
        for (const member of left) await this.#settle([member]);
        return;
      }
      const again = down ? attempt < 3 : error instanceof CommitConflict ? attempt < ATTEMPTS : attempt < 2;
      if (!again) {
        for (const member of left)
          member.reject(error instanceof CommitConflict ? contended(member.change.id, error) : error);
        return;
      }
    }
  }

  /** One try: how many of the members were carried through, or why none was. */
  async #attempt(members: readonly Member[], attempt: number): Promise<{ carried: number } | { error: unknown }> {
    const { store } = this.#options;
    const locked = attempt > 1;
    const built: Built = { meetings: [], cancellations: [], places: [], endings: [], members: 0, touched: new Set() };
    try {
      const keys = await this.#prepare(members, locked);
      const batch = this.#build(members, keys, built);
      const rows = batch.build();
      if (rows !== undefined) await store.commit(rows);
      else if (locked) await store.unlock();
      this.#finish(members.slice(0, built.members), built, batch, rows);
      return { carried: built.members };
    } catch (error) {
      // Not stored: as if it had never been. Where that is not certain, the places are looked into later.
      const uncertain = ServiceError.is(error) && error.code === 'UNAVAILABLE';
      for (const place of built.places) {
        this.#options.dispatcher.leave(place.claim);
        if (uncertain) this.#doubts.push(place);
      }
      for (const execution of built.touched) this.#cache.delete(execution.id);
      if (locked) await store.unlock().catch(() => this.#forgetAll());
      return { error };
    }
  }

  /** Reads what the members need and is not in memory. */
  async #prepare(members: readonly Member[], again: boolean): Promise<ReadonlyMap<string, IdempotencyKey>> {
    const wanted = new Map<ExecutionId, { id: ExecutionId; taskIds: TaskId[]; keys: IdempotencyKeyId[] }>();
    const want = (id: ExecutionId) => {
      let entry = wanted.get(id);
      if (entry === undefined) wanted.set(id, (entry = { id, taskIds: [], keys: [] }));
      return entry;
    };
    for (const { change } of members) {
      const cached = again ? undefined : this.#cache.get(change.id);
      if (cached === undefined && (again || change.fresh !== true)) want(change.id);
      for (const taskId of [...(change.taskIds ?? []), ...(again ? (change.newTaskIds ?? []) : [])]) {
        if (cached?.tasks.has(taskId) !== true) want(change.id).taskIds.push(taskId);
      }
      if (change.key !== undefined) want(change.id).keys.push(change.key);
    }
    if (wanted.size === 0 && this.#life !== undefined) return new Map();

    const loaded = await this.#options.store.load([...wanted.values()] satisfies Wanted[], { lock: again });
    this.#life = loaded.life;
    for (const execution of loaded.executions) {
      const cached = again ? undefined : this.#cache.get(execution.id);
      if (cached === undefined) this.#cache.set(execution.id, fromLoaded(execution));
      else for (const task of execution.tasks) if (!cached.tasks.has(task.id)) cached.tasks.set(task.id, task);
    }
    return new Map(loaded.keys.map((key) => [keyName(key), key]));
  }

  /** Decides the members in order until the batch is full. */
  #build(members: readonly Member[], keys: ReadonlyMap<string, IdempotencyKey>, built: Built): Batch {
    invariant(this.#life !== undefined, 'the life of the database is known before anything is decided');
    const batch = new Batch({ life: this.#life, newEpoch: () => this.#options.ids.epoch() });
    // Held apart from the cache, which may let go of an execution while the batch still needs it.
    const working = new Map<ExecutionId, Execution>();
    for (const { change } of members) {
      const cached = this.#cache.get(change.id);
      if (cached !== undefined) working.set(change.id, cached);
    }
    for (const member of members) {
      if (built.members > 0 && batch.rows >= BATCH_ROWS) break;
      built.members += 1;
      this.#decide(member, { keys, built, batch, working });
    }
    return batch;
  }

  #decide(member: Member, site: Site): void {
    const { change } = member;
    const { batch, built, working } = site;
    const now = this.#options.clock.now();
    const found = working.get(change.id);
    // Another organisation's execution does not exist, whoever asks.
    const own = found?.orgId === change.orgId ? found : undefined;
    let decision: Decision<unknown>;
    try {
      decision = change.decide({ execution: own, now, key: keyOf(change, site, now) });
      if (found !== own && decision.occurrences.length > 0) {
        throw new ServiceError('ALREADY_EXISTS', `Id ${change.id} is taken. Use a new random UUID.`);
      }
    } catch (error) {
      member.outcome = { thrown: error };
      return;
    }
    member.outcome = decision.answer;
    if (decision.key !== undefined) batch.claimKey(decision.key, site.keys.get(keyName(decision.key)));
    if (decision.stale !== undefined) batch.dropReady(decision.stale);
    if (decision.occurrences.length === 0 && decision.remove !== true) return;

    const execution = own ?? this.#create(change);
    working.set(execution.id, execution);
    built.touched.add(execution);
    if (decision.remove === true) batch.remove(execution);
    for (const occurrence of decision.occurrences) this.#apply(execution, occurrence, site, now);
    this.#meet(workflowOffer(execution), execution, site, now);
  }

  #apply(execution: Execution, occurrence: Occurrence, site: Site, now: number): void {
    const { batch, built } = site;
    const claim = claimTouchedBy(occurrence, execution);
    batch.apply(execution, [occurrence], now);
    if (claim !== undefined && !isHeld(execution, claim.token, occurrence)) built.endings.push(claim);

    switch (occurrence.type) {
      case 'WORKFLOW_CLAIMED': {
        this.#options.dispatcher.hold(occurrence.claim, { executionId: execution.id });
        built.places.push({ claim: occurrence.claim, execution });
        // A speculating worker is ahead of its claim: it waits for nothing.
        if (occurrence.claim.speculativeSequence === undefined) {
          built.meetings.push({ place: occurrence.claim, execution });
        }
        return;
      }
      case 'TASK_CLAIMED': {
        const { taskId } = occurrence;
        this.#options.dispatcher.hold(occurrence.claim, { executionId: execution.id, taskId });
        built.places.push({ claim: occurrence.claim, execution, taskId });
        built.meetings.push({ place: occurrence.claim, execution, taskId });
        return;
      }
      case 'TASK_CANCELLED':
        // Its holder need not be told what it said itself.
        if (claim !== undefined && occurrence.endedBy === undefined) {
          built.cancellations.push({ claim, taskId: occurrence.taskId, reason: occurrence.reason });
        }
        return;
      case 'TASK_CREATED':
      case 'TASK_ATTEMPT_FAILED':
      case 'TASK_DUE':
      case 'TASK_REOPENED':
        return this.#meet(taskOffer(execution, occurrence.taskId), execution, site, now);
      default:
        return;
    }
  }

  /** Gives what has become ready to a session with room, in the same commit. */
  #meet(offer: Offer | undefined, execution: Execution, site: Site, now: number): void {
    const place = offer === undefined ? undefined : this.#options.dispatcher.take(offer);
    if (offer === undefined || place === undefined) return;
    const occurrence: Occurrence =
      offer.taskId === undefined
        ? { type: 'WORKFLOW_CLAIMED', claim: { ...place, claimedSequence: execution.sequence } }
        : { type: 'TASK_CLAIMED', taskId: offer.taskId, claim: place };
    this.#apply(execution, occurrence, site, now);
  }

  #create(change: Change<unknown>): Execution {
    invariant(this.#life !== undefined, 'the life of the database is known before anything is created');
    return {
      id: change.id,
      orgId: change.orgId,
      rootId: change.id,
      version: 0,
      sequence: 0,
      seq: 0,
      epoch: this.#options.ids.epoch(),
      epochBase: 0,
      life: this.#life,
      workflow: undefined,
      tasks: new Map(),
      tail: [],
    };
  }

  /** The batch is stored: tell, in the order that rule 4 says. */
  #finish(members: readonly Member[], built: Built, batch: Batch, rows: CommitBatch | undefined): void {
    for (const [id, entries] of batch.entriesByExecution()) this.#options.published(id, entries);
    for (const { change, outcome } of members) {
      if (outcome !== undefined && !('thrown' in outcome)) change.stored?.(outcome);
    }
    // What is given to workers is made now, before the next batch moves the executions on.
    const given = built.meetings.flatMap((meeting) => this.#given(meeting));
    for (const cancellation of built.cancellations) given.push(...this.#cancelled(cancellation));
    for (const execution of built.touched) this.#keep(execution, rows);
    for (const member of members) answer(member);
    for (const ending of built.endings) {
      this.#options.dispatcher.leave(ending);
      this.#options.ended(ending.sessionId);
    }
    for (const work of rows?.ready.add ?? []) this.#options.wakeUps.nudge(work);
    if (this.#doubts.length > 0) this.settleDoubts();
    if (given.length > 0) afterReplies(() => given.forEach((give) => give()));
  }

  #given(meeting: Meeting): (() => void)[] {
    const { dispatcher, store, reporter } = this.#options;
    const seat = dispatcher.get(meeting.place.sessionId);
    if (seat === undefined) return [];
    const work =
      meeting.taskId === undefined ? activation(meeting, seat.held(meeting.execution.id), store) : assignment(meeting);
    if (work === undefined) return [];
    if (!(work instanceof Promise)) return [() => seat.deliver(work)];
    const give = (): void => {
      work.then(
        (read) => seat.deliver(read),
        // The claim stands; when its lease ends the work goes round again.
        (error: unknown) =>
          reporter.error('A turn could not be given to its worker', { executionId: meeting.execution.id, error }),
      );
    };
    return [give];
  }

  #cancelled({ claim, taskId, reason }: Built['cancellations'][number]): (() => void)[] {
    const seat = this.#options.dispatcher.get(claim.sessionId);
    if (seat === undefined) return [];
    return [() => seat.deliver({ type: 'attempt-cancelled', taskId, token: claim.token, reason })];
  }

  /** Keeps an execution in memory for its next change, without what nobody will ask for again. */
  #keep(execution: Execution, rows: CommitBatch | undefined): void {
    const { workflow } = execution;
    const over =
      workflow === undefined
        ? [...execution.tasks.values()].every((task) => !isOpenTask(task))
        : isTerminalWorkflow(workflow);
    if (over || rows?.deleted.some(({ id }) => id === execution.id) === true) {
      this.#cache.delete(execution.id);
      return;
    }
    if (workflow !== undefined) {
      for (const [id, task] of execution.tasks) if (!isOpenTask(task)) execution.tasks.delete(id);
    }
    this.#cache.set(execution.id, execution);
  }

  #forgetAll(): void {
    this.#cache.clear();
    this.#life = undefined;
  }
}

/** Where one batch is being built. */
interface Site {
  readonly batch: Batch;
  readonly built: Built;
  readonly working: Map<ExecutionId, Execution>;
  readonly keys: ReadonlyMap<string, IdempotencyKey>;
}

interface Built {
  /** Work and worker that met in this batch. */
  readonly meetings: Meeting[];
  /** Running attempts that others have ended. */
  readonly cancellations: { readonly claim: Claim; readonly taskId: TaskId; readonly reason: string }[];
  /** Places taken, to be given back if the batch is not stored. */
  readonly places: TakenPlace[];
  /** Claims that end with this batch. */
  readonly endings: Claim[];
  readonly touched: Set<Execution>;
  members: number;
}

interface TakenPlace {
  readonly claim: Place | TurnClaim;
  readonly execution: Execution;
  readonly taskId?: TaskId;
}

function claimTouchedBy(occurrence: Occurrence, execution: Execution): Claim | undefined {
  if (!('taskId' in occurrence)) {
    return execution.workflow?.status === 'RUNNING' ? execution.workflow.claim : undefined;
  }
  const task = execution.tasks.get(occurrence.taskId);
  return task?.status === 'RUNNING' ? task.claim : undefined;
}

function isHeld(execution: Execution, token: string, occurrence: Occurrence): boolean {
  return claimTouchedBy(occurrence, execution)?.token === token;
}

/** Looks whether an uncertain claim was stored. If so, nobody works on it: its worker was never told. */
function doubting({ claim, execution, taskId }: TakenPlace, dispatcher: Dispatcher): Change<void> {
  const { id, orgId } = execution;
  return {
    id,
    orgId,
    ...(taskId === undefined ? {} : { taskIds: [taskId] }),
    decide: ({ execution: stored }) => {
      if (taskId === undefined) {
        const workflow = stored?.workflow;
        if (workflow?.status !== 'RUNNING' || workflow.claim.token !== claim.token) return decided(undefined);
        if (workflow.claim.speculativeSequence === undefined) {
          return decided(undefined, [{ type: 'WORKFLOW_RELEASED', reason: NEVER_ARRIVED }]);
        }
        // A speculating worker needs no telling: its turn is on the way.
        dispatcher.hold(claim, { executionId: id });
        return decided(undefined);
      }
      const task = stored?.tasks.get(taskId);
      if (task?.status !== 'RUNNING' || task.claim.token !== claim.token) return decided(undefined);
      return decided(undefined, [{ type: 'TASK_ATTEMPT_FAILED', taskId, error: NEVER_ARRIVED }]);
    },
  };
}

const NEVER_ARRIVED = 'The work did not reach its worker';

function answer({ resolve, reject, outcome }: Member): void {
  invariant(outcome !== undefined, 'every member of a stored batch was decided');
  if ('reply' in outcome) resolve(outcome.reply);
  else reject('refusal' in outcome ? outcome.refusal : outcome.thrown);
}

/**
 * Runs `then` when whoever was answered in this turn has had time to act on it: a caller is a few promises away from its
 * answer, never a timer.
 */
function afterReplies(then: () => void): void {
  void Promise.resolve()
    .then(() => undefined)
    .then(() => undefined)
    .then(() => undefined)
    .then(then);
}

function contended(id: ExecutionId, cause: CommitConflict): ServiceError {
  return new ServiceError('ABORTED', `Others kept changing execution ${id} first. Try again.`, { cause });
}

function keyOf(change: Change<unknown>, { batch, keys }: Site, now: number): IdempotencyKey | undefined {
  if (change.key === undefined) return undefined;
  const key = batch.claimedKey(change.key) ?? keys.get(keyName(change.key));
  return key !== undefined && key.expiresAt > now ? key : undefined;
}

function keyName(key: IdempotencyKeyId): string {
  return `${key.orgId}/${key.key}`;
}
