import { type Json, ServiceError } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import { type Decide, decided } from '../decision.js';
import type {
  AttemptAnswer,
  AttemptEnd,
  AttemptRef,
  HandOver,
  OpenSession,
  QueryAnswer,
  Turn,
  WorkerSession,
} from '../engine.js';
import { decideTurn, decideTurnReleased } from '../execution/turn.js';
import type { ExecutionId, OrgId, SessionId, TaskId } from '../ids.js';
import type { TaskLog, TaskOutput } from '../occurrence.js';
import type { ReadyLine, Store } from '../ports/store.js';
import type { Clock, Ids } from '../ports/surroundings.js';
import { type AttemptOutcome, decideAttemptEnd, decideEntries, decideHeartbeat, decideLog } from '../task/attempt.js';
import type { Lane } from './lane.js';
import type { Hand } from './present.js';
import type { Questions } from './questions.js';
import { needsOf } from './turn-needs.js';
import type { Dispatcher, Holder, Seat } from './dispatcher.js';

/** How long a session may be silent, and how often it should speak. */
export interface LeaseTimes {
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** How long a session whose connection broke keeps its claims. */
  readonly graceMs: number;
}

/** More instances than a worker is likely to keep; one that is forgotten here is sent whole. */
const HELD_INSTANCES = 50_000;

export interface SessionHouse {
  readonly lane: Lane;
  readonly dispatcher: Dispatcher;
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly times: LeaseTimes;
  /** A place became free, or more are offered. */
  readonly freed: () => void;
  readonly questions: Questions;
  /** The session is over. */
  readonly closed: (session: Session) => Promise<void>;
}

/** One worker session of this process: its place at the table, and what it may do with its claims. */
export class Session implements WorkerSession, Seat, Holder, Hand {
  readonly id: SessionId;
  readonly orgId: OrgId;
  readonly workerId: string;
  readonly workerName: string;
  readonly queue: string;
  readonly workflowKinds: ReadonlySet<string>;
  readonly taskKinds: ReadonlySet<string>;
  readonly turns = new Map<string, ExecutionId>();
  readonly attempts = new Map<string, { readonly executionId: ExecutionId; readonly taskId: TaskId }>();
  readonly #house: SessionHouse;
  readonly #held = new LRUCache<ExecutionId, number>({
    // Bounded by size, not by number: with a number it would make room for all of them at once.
    maxSize: HELD_INSTANCES,
    sizeCalculation: () => 1,
  });
  readonly #deliver: (work: HandOver) => void;
  readonly #lost: (() => void) | undefined;
  #capacity: { workflows: number; tasks: number };
  #connected = true;
  #leaseUntil: number;

  constructor(id: SessionId, request: OpenSession, house: SessionHouse) {
    this.id = id;
    this.orgId = request.orgId;
    this.workerId = request.workerId;
    this.workerName = request.workerName;
    this.queue = request.queue;
    this.workflowKinds = new Set(request.workflowKinds);
    this.taskKinds = new Set(request.taskKinds);
    this.#house = house;
    this.#deliver = request.deliver;
    this.#lost = request.lost;
    this.#capacity = { workflows: request.workflowCapacity, tasks: request.taskCapacity };
    this.#leaseUntil = house.clock.now() + house.times.leaseMs;
    for (const { executionId, sequence } of request.instances) this.#held.set(executionId, sequence);
  }

  get leaseMs(): number {
    return this.#house.times.leaseMs;
  }

  get heartbeatMs(): number {
    return this.#house.times.heartbeatMs;
  }

  get leaseUntil(): number {
    return this.#leaseUntil;
  }

  get connected(): boolean {
    return this.#connected;
  }

  readonly door = 'session';

  get holder(): Holder {
    return this;
  }

  get runs(): NonNullable<Holder['runs']> {
    return { queue: this.queue, kinds: this.workflowKinds };
  }

  accepts(type: 'workflow' | 'task', kind: string): boolean {
    return (type === 'workflow' ? this.workflowKinds : this.taskKinds).has(kind);
  }

  takes({ type, queue, kind }: Omit<ReadyLine, 'orgId'>): boolean {
    return queue === this.queue && this.accepts(type, kind);
  }

  free(type: 'workflow' | 'task'): number {
    // Past its lease nobody is there, also before a tick says so.
    if (!this.#connected || this.#leaseUntil <= this.#house.clock.now()) return 0;
    return type === 'workflow' ? this.#capacity.workflows - this.turns.size : this.#capacity.tasks - this.attempts.size;
  }

  // Its room is counted by what it holds.
  taken(): void {}
  left(): void {}

  /** Whether a token is one of its claims. */
  knows(token: string): boolean {
    return this.turns.has(token) || this.attempts.has(token);
  }

  held(id: ExecutionId): number {
    return this.#held.get(id) ?? 0;
  }

  deliver(work: HandOver): void {
    if (this.#connected) this.#deliver(work);
  }

  heard(): void {
    this.#leaseUntil = this.#house.clock.now() + this.#house.times.leaseMs;
  }

  setCapacity(capacity: { workflows: number; tasks: number }): void {
    this.#capacity = capacity;
    this.#house.freed();
  }

  completeTurn(turn: Turn): Promise<{ readonly sequence: number }> {
    const settings = { newId: () => this.#house.ids.executionId() };
    return this.#house.lane.change({
      id: turn.executionId,
      orgId: this.orgId,
      ...needsOf(turn),
      decide: (circumstances) => decideTurn(circumstances, turn, this.id, settings),
      stored: (answer) => {
        // A worker whose turn was refused drops its instance; one whose turn was taken has seen what it was made from.
        if ('reply' in answer && turn.outcome.type === 'SUSPENDED') this.#held.set(turn.executionId, turn.seenSequence);
        else this.#held.delete(turn.executionId);
      },
    });
  }

  releaseTurn({
    executionId,
    token,
    reason,
  }: {
    executionId: ExecutionId;
    token: string;
    reason: string;
  }): Promise<void> {
    this.#held.delete(executionId);
    const decide: Decide<void> = (circumstances) => decideTurnReleased(circumstances, { token, reason });
    return this.#house.lane.change({ id: executionId, orgId: this.orgId, decide });
  }

  async history({
    executionId,
    token,
    after,
    limit,
  }: {
    executionId: ExecutionId;
    token: string;
    after: number;
    limit: number;
  }) {
    const { sequence, input } = await this.#house.lane.change<{ sequence: number; input: Json }>({
      id: executionId,
      orgId: this.orgId,
      decide: ({ execution }) => {
        const workflow = execution?.workflow;
        if (execution === undefined || workflow?.status !== 'RUNNING' || workflow.claim.token !== token) {
          throw new ServiceError(
            'LEASE_LOST',
            `The turn of execution ${executionId} is no longer this worker's. Drop it.`,
          );
        }
        return decided({ sequence: execution.sequence, input: workflow.input });
      },
    });
    const range = { after, before: sequence + 1, limit };
    const events = await this.#house.store.queries.history(this.orgId, executionId, range);
    return { events: events ?? [], sequence, input };
  }

  dropInstance(executionId: ExecutionId): void {
    this.#held.delete(executionId);
  }

  answerQuery(queryId: string, answer: QueryAnswer): boolean {
    return this.#house.questions.answer(queryId, answer);
  }

  completeAttempt(attempt: AttemptEnd & { output: Json }): Promise<AttemptAnswer> {
    return this.#endAttempt(attempt, { type: 'completed', output: attempt.output }, attempt.output.length);
  }

  failAttempt(attempt: AttemptEnd & { error: string; retryable: boolean; cancelled: boolean }): Promise<AttemptAnswer> {
    const { error, retryable, cancelled } = attempt;
    return this.#endAttempt(
      attempt,
      cancelled ? { type: 'cancelled', reason: error } : { type: 'failed', error, retryable },
      error.length,
    );
  }

  async releaseAttempt(attempt: AttemptRef & { reason: string }): Promise<void> {
    await this.#endAttempt({ ...attempt, entries: 0, lostEntries: 0 }, { type: 'released', reason: attempt.reason }, 0);
  }

  appendEntries(
    entries: AttemptRef & { first: number; output: readonly TaskOutput[] },
  ): Promise<{ readonly stored: number }> {
    let bytes = 0;
    for (const { event } of entries.output) bytes += event.length;
    return this.#onAttempt(entries, (circumstances) => decideEntries(circumstances, entries), bytes);
  }

  log({ executionId, taskId, token, level, message, timestampMs }: AttemptRef & TaskLog): Promise<void> {
    const ref = { executionId, taskId, token };
    const log = { level, message, timestampMs };
    return this.#onAttempt(ref, (circumstances) => decideLog(circumstances, ref, log), message.length);
  }

  heartbeatAttempt(ref: AttemptRef): Promise<void> {
    return this.#onAttempt(ref, (circumstances) => decideHeartbeat(circumstances, ref), 0);
  }

  disconnected(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#leaseUntil = Math.min(this.#leaseUntil, this.#house.clock.now() + this.#house.times.graceMs);
  }

  async close(): Promise<void> {
    this.#connected = false;
    await this.#house.closed(this);
  }

  /** Hands everything back that the session still has: its worker is gone, or has said goodbye. */
  async giveBack(reason: string, tokens?: ReadonlySet<string>): Promise<void> {
    const mine = (token: string): boolean => tokens === undefined || tokens.has(token);
    const work: Promise<void>[] = [];
    for (const [token, executionId] of this.turns) {
      if (mine(token)) work.push(this.releaseTurn({ executionId, token, reason }));
    }
    for (const [token, { executionId, taskId }] of this.attempts) {
      if (mine(token)) work.push(this.releaseAttempt({ executionId, taskId, token, reason }));
    }
    await settleAll(work);
  }

  /** The worker is taken for dead: its attempts count as failed ones. */
  async lose(): Promise<void> {
    this.#lost?.();
    const work: Promise<unknown>[] = [];
    for (const [token, executionId] of this.turns) {
      work.push(this.releaseTurn({ executionId, token, reason: WORKER_LOST }));
    }
    for (const [token, { executionId, taskId }] of this.attempts) {
      work.push(this.#endAttempt({ executionId, taskId, token, entries: 0, lostEntries: 0 }, lost, 0));
    }
    await settleAll(work);
  }

  #endAttempt(end: AttemptEnd, outcome: AttemptOutcome, bytes: number): Promise<AttemptAnswer> {
    const holder = { sessionId: this.id, workerId: this.workerId, turnToken: this.#house.ids.token() };
    return this.#house.lane.change({
      id: end.executionId,
      orgId: this.orgId,
      taskIds: [end.taskId],
      bytes,
      decide: (circumstances) => decideAttemptEnd(circumstances, end, outcome, holder),
      stored: (answer) => {
        // A guess that missed has spoilt the worker's instance: its next turn begins at the beginning.
        const missed = end.speculation !== undefined && !('reply' in answer && answer.reply.speculationHeld);
        if (missed) this.#held.delete(end.executionId);
      },
    });
  }

  #onAttempt<Reply>(ref: AttemptRef, decide: Decide<Reply>, bytes: number): Promise<Reply> {
    return this.#house.lane.change({ id: ref.executionId, orgId: this.orgId, taskIds: [ref.taskId], bytes, decide });
  }
}

export const WORKER_LOST = 'Worker lost';
const lost: AttemptOutcome = { type: 'lost', reason: WORKER_LOST };

/** Waits for all; a claim that ended meanwhile is no failure, everything else is. */
async function settleAll(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) {
    if (result.status === 'rejected' && !isGone(result.reason)) throw result.reason;
  }
}

function isGone(error: unknown): boolean {
  return ServiceError.is(error) && (error.code === 'LEASE_LOST' || error.code === 'NOT_FOUND');
}
