import { ServiceError } from '@flovyn/protocol';
import { decided } from '../decision.js';
import type { AttemptRef, Loop, OpenSession, OpenedSession, QueryAnswer, QueryRequest, Sessions } from '../engine.js';
import { decideTurnReleased } from '../execution/turn.js';
import type { SessionId } from '../ids.js';
import type { Neighbours } from '../ports/neighbours.js';
import type { HeldWork, SessionLease } from '../ports/store.js';
import type { Reporter, Timer } from '../ports/surroundings.js';
import { decideAttemptEnd } from '../task/attempt.js';
import { Alarm } from './alarm.js';
import { InTurn } from './in-turn.js';
import { Questions } from './questions.js';
import { Session, type SessionHouse, WORKER_LOST } from './session.js';
import { SessionLeases } from './session-leases.js';
import type { UnaryWorker, UnaryWorkers } from './unary-workers.js';

/** How many dead sessions are cleared in one go. */
const EXPIRED_AT_A_TIME = 100;
/** A lease row of somebody else is taken for dead only this much after its end: their clock is not ours. */
const FOREIGN_SLACK_MS = 2_000;

type House = Omit<SessionHouse, 'closed' | 'questions'> & {
  readonly reporter: Reporter;
  readonly unary: UnaryWorkers;
  readonly timer: Timer;
  readonly neighbours: Pick<Neighbours, 'ask'>;
};

/** The sessions of this process, and the leases of all. */
export class SessionRegistry implements Sessions {
  readonly leases: Loop;
  readonly #house: House;
  readonly #alarm = new Alarm();
  readonly #questions: Questions;
  readonly #all = new Map<SessionId, Session>();
  readonly #leases: SessionLeases;
  /** A session that ends has ended before its worker finds it again, and one that it comes back to does not end. */
  readonly #inTurn = new InTurn<SessionId>();
  #lookedForOrphans = false;

  constructor(house: House) {
    this.#house = house;
    const { store, ids, timer, times, neighbours } = house;
    this.#leases = new SessionLeases(store.sessions, times.leaseMs + FOREIGN_SLACK_MS);
    this.#questions = new Questions({
      queries: store.queries,
      ids,
      timer,
      neighbours,
      session: (id) => this.#connectedAs(id),
      anybody: ({ orgId, queue, kind }) =>
        this.connected().find((one) => one.orgId === orgId && one.takes({ type: 'workflow', queue, kind })),
    });
    this.leases = { tick: () => this.#tick(), onWake: (wake) => this.#alarm.onWake(wake) };
  }

  query(request: QueryRequest): Promise<QueryAnswer | undefined> {
    return this.#questions.ask(request);
  }

  /** Asks the worker of a session that is here, for a neighbour. */
  answerFor(id: SessionId, request: QueryRequest): Promise<QueryAnswer | undefined> {
    return this.#questions.askHere(id, request);
  }

  connected(): readonly Session[] {
    return [...this.#all.values()].filter((session) => session.connected);
  }

  open(request: OpenSession): Promise<OpenedSession> {
    const { resume } = request;
    if (resume === undefined) return this.#open(request);
    return this.#inTurn.run(resume.sessionId, () => this.#open(request));
  }

  async #open(request: OpenSession): Promise<OpenedSession> {
    const { resume } = request;
    const before = resume === undefined ? undefined : this.#all.get(resume.sessionId);
    if (before !== undefined && before.orgId !== request.orgId) throw foreignSession(before.id);
    const stored = await this.#findStored(request);
    const isAlive = stored !== undefined && stored.leaseUntil > this.#house.clock.now();
    const resumed = before !== undefined || isAlive;
    // It is one from before a restart, or another process has had it since.
    const isForeign = before === undefined ? isAlive : this.#leases.isForeign(before, stored);
    const id =
      resume !== undefined && resumed ? resume.sessionId : (this.#house.ids.executionId() as string as SessionId);

    const session = new Session(id, request, {
      ...this.#house,
      questions: this.#questions,
      closed: (closing) => this.#close(closing),
    });
    // The lease stands before the first claim does: nobody else may take a new session for a dead one.
    await this.#leases.extend([session]);
    before?.disconnected();
    if (before !== undefined) this.#takeOver(before, session);
    if (isForeign) {
      await this.#recover(session);
      this.#leases.cameOver(session, this.#house.clock.now());
    }
    this.#all.set(id, session);
    const lostTokens = resume === undefined ? [] : await this.#confirm(session, resume);
    this.#house.dispatcher.addSession(session);
    this.#house.freed();
    return { session, resumed, lostTokens };
  }

  #connectedAs(id: SessionId): Session | undefined {
    const session = this.#all.get(id);
    return session?.connected === true ? session : undefined;
  }

  async #findStored(request: OpenSession): Promise<SessionLease | undefined> {
    if (request.resume === undefined) return undefined;
    const stored = await this.#house.store.sessions.find(request.resume.sessionId);
    if (stored !== undefined && stored.orgId !== request.orgId) throw foreignSession(stored.id);
    return stored;
  }

  /** The new connection's session takes the place of the one before it, with its claims. */
  #takeOver(before: Session, session: Session): void {
    this.#house.dispatcher.removeSession(before);
    for (const [token, executionId] of before.turns) session.turns.set(token, executionId);
    for (const [token, attempt] of before.attempts) session.attempts.set(token, attempt);
  }

  /** The session is one from before a restart, or of another process: its claims stand in the store. */
  async #recover(session: Session): Promise<void> {
    for (const { executionId, taskId, token } of await this.#house.store.sessions.claims([session.id])) {
      if (taskId === undefined) session.turns.set(token, executionId);
      else session.attempts.set(token, { executionId, taskId });
    }
  }

  /** What the worker still has stays; what it has lost, or never got, goes round again. */
  async #confirm(session: Session, resume: NonNullable<OpenSession['resume']>): Promise<string[]> {
    const lostTokens: string[] = [];
    const confirmed = new Set<string>();
    const check = async (token: string, held: Promise<boolean>): Promise<void> => {
      if (await held) confirmed.add(token);
      else lostTokens.push(token);
    };
    await Promise.all([
      ...resume.turns.map(({ executionId, token }) => {
        session.turns.set(token, executionId);
        return check(token, this.#holdsTurn(session, executionId, token));
      }),
      ...resume.attempts.map((attempt) => {
        session.attempts.set(attempt.token, attempt);
        return check(attempt.token, this.#holdsAttempt(session, attempt));
      }),
    ]);
    for (const token of lostTokens) {
      session.turns.delete(token);
      session.attempts.delete(token);
    }
    const unknown = new Set(
      [...session.turns.keys(), ...session.attempts.keys()].filter((token) => !confirmed.has(token)),
    );
    await session.giveBack('The work did not reach its worker', unknown);
    return lostTokens;
  }

  #holdsTurn(session: Session, id: HeldWork['executionId'], token: string): Promise<boolean> {
    return this.#house.lane.change({
      id,
      orgId: session.orgId,
      decide: ({ execution }) => {
        const workflow = execution?.workflow;
        const claim = workflow?.status === 'RUNNING' ? workflow.claim : undefined;
        // Of a session that could not be resumed it may still be the claim, but nobody's any more.
        return decided(claim?.token === token && claim.sessionId === session.id);
      },
    });
  }

  #holdsAttempt(session: Session, { executionId, taskId, token }: AttemptRef): Promise<boolean> {
    return this.#house.lane.change({
      id: executionId,
      orgId: session.orgId,
      taskIds: [taskId],
      decide: ({ execution }) => {
        const task = execution?.tasks.get(taskId);
        const claim = task?.status === 'RUNNING' ? task.claim : undefined;
        const running = claim?.token === token && claim.sessionId === session.id;
        // An end that was stored but not answered is sent again: it must still be this worker's to say.
        return decided(running || (task !== undefined && task.lastToken === token));
      },
    });
  }

  async #close(session: Session): Promise<void> {
    this.#house.dispatcher.removeSession(session);
    await session.giveBack('The worker stopped');
    if (this.#all.get(session.id) === session) this.#all.delete(session.id);
    // What it never heard of is found when its lease ends.
    if (!this.#leases.mayStray(session)) await this.#house.store.sessions.remove([session.id]);
  }

  /** Extends the leases of those who live, ends the claims of those who do not. */
  async #tick(): Promise<number> {
    const { lane, store, clock, times } = this.#house;
    lane.settleDoubts();
    const now = clock.now();
    const dead = [...this.#all.values()].filter((session) => session.leaseUntil <= now);
    for (const session of dead) await this.#inTurn.run(session.id, () => this.#bury(session, now));
    const living = [...this.#all.values()];
    const unary = await this.#tendUnary(now);
    await this.#leases.extend(living, unary);
    await this.#leases.reclaimStrayed(
      now,
      (id) => this.#all.get(id),
      (claims) => this.#reclaim(claims),
    );

    const callers = new Set<SessionId>(unary.map(({ id }) => id));
    const isForeign = (id: SessionId): boolean => !this.#all.has(id) && !callers.has(id);
    const expired = (await store.sessions.expired(now - FOREIGN_SLACK_MS, EXPIRED_AT_A_TIME)).filter(isForeign);
    if (expired.length > 0) {
      await this.#reclaim(await store.sessions.claims(expired));
      await store.sessions.remove(expired);
    }
    if (!this.#lookedForOrphans) {
      // Another process may clear away the lease of one that has just come back here.
      await this.#reclaim((await store.sessions.orphans()).filter(({ sessionId }) => isForeign(sessionId)));
      this.#lookedForOrphans = true;
    }
    const soonest = Math.min(times.heartbeatMs / 2, ...living.map((session) => session.leaseUntil - now + 1));
    return Math.max(soonest, 50);
  }

  /** The leases of workers that make single calls; those that were silent for too long lose what they had. */
  async #tendUnary(now: number): Promise<readonly SessionLease[]> {
    const living: SessionLease[] = [];
    const silent: UnaryWorker[] = [];
    for (const { worker, lease } of this.#house.unary.leases()) {
      if (lease.leaseUntil > now) living.push(lease);
      else silent.push(worker);
    }
    for (const worker of silent) {
      this.#house.unary.forget(worker);
      await this.#reclaim(claimsOf(worker));
    }
    if (silent.length > 0) await this.#house.store.sessions.remove(silent.map(({ id }) => id));
    return living;
  }

  async #bury(session: Session, now: number): Promise<void> {
    if (this.#all.get(session.id) !== session || session.leaseUntil > now) return;
    session.disconnected();
    this.#house.dispatcher.removeSession(session);
    // Where its worker is connected now, they know what it has.
    if (!(await this.#leases.isElsewhere(session))) await this.#end(session);
    if (this.#all.get(session.id) === session) this.#all.delete(session.id);
  }

  async #end(session: Session): Promise<void> {
    const { reporter, store } = this.#house;
    reporter.warn('A worker session was silent for too long; its work goes to others', {
      sessionId: session.id,
      worker: session.workerName,
      turns: session.turns.size,
      attempts: session.attempts.size,
    });
    await session.lose();
    // Another process may have given it work, while its worker was connected there: nobody else looks for that.
    await this.#reclaim(await store.sessions.claims([session.id]));
    await store.sessions.remove([session.id]);
  }

  /** Claims of sessions that nobody keeps any more: of a process that died, or from before a restart. */
  async #reclaim(claims: readonly HeldWork[]): Promise<void> {
    if (claims.length === 0) return;
    this.#house.reporter.warn('Work of sessions that are gone goes round again', { claims: claims.length });
    for (const claim of claims) await this.#reclaimOne(claim);
  }

  async #reclaimOne({ executionId, orgId, sessionId, token, taskId }: HeldWork): Promise<void> {
    const { lane, ids } = this.#house;
    if (taskId === undefined) {
      await lane.change({
        id: executionId,
        orgId,
        decide: (circumstances) => decideTurnReleased(circumstances, { token, reason: WORKER_LOST }),
      });
      return;
    }
    const holder = { sessionId, workerId: '', turnToken: ids.token() };
    await lane
      .change({
        id: executionId,
        orgId,
        taskIds: [taskId],
        decide: (circumstances) =>
          decideAttemptEnd(
            circumstances,
            { executionId, taskId, token, entries: 0, lostEntries: 0 },
            { type: 'lost', reason: WORKER_LOST },
            holder,
          ),
      })
      .catch((error: unknown) => {
        if (!(ServiceError.is(error) && error.code === 'LEASE_LOST')) throw error;
      });
  }
}

function claimsOf({ id: sessionId, orgId, turns, attempts }: UnaryWorker): readonly HeldWork[] {
  return [
    ...[...turns].map(([token, executionId]) => ({ executionId, orgId, sessionId, token })),
    ...[...attempts].map(([token, { executionId, taskId }]) => ({ executionId, orgId, sessionId, token, taskId })),
  ];
}

function foreignSession(id: SessionId): ServiceError {
  return new ServiceError('NOT_FOUND', `There is no session ${id}. Connect without a session id to begin a new one.`);
}
