import type { ExecutionId, HandOver, WorkerSession } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { orgId } from '../../support/house.js';
import { type ScriptedWorker, connectWorker } from '../../support/worker.js';
import { Violation, holds } from '../violation.js';
import { type World, drain } from '../world.js';
import {
  type Activation,
  type Assignment,
  type Held,
  type HeldAttempt,
  type HeldTurn,
  isAttempt,
  isTurn,
} from './held.js';
import type { Server } from './server.js';

export interface Profile {
  readonly queue: string;
  readonly workflowKinds: readonly string[];
  readonly taskKinds: readonly string[];
  readonly workflowCapacity: number;
  readonly taskCapacity: number;
}

export const LEASE_MS = 30_000;
/** How much later than its end others take a lease for ended. */
export const SLACK_MS = 2_000;

/** A worker with a session: it forgets nothing, and can be made to behave as badly as one likes. */
export class SessionActor {
  readonly name: string;
  readonly profile: Profile;
  server: Server;
  /** `gone`: nobody hears of it again. */
  status: 'connecting' | 'connected' | 'cut' | 'gone' = 'connecting';
  /** How often it has connected. */
  connections = 0;
  heardAt = 0;
  /** Until when the store knows it to live. */
  storedUntil = 0;
  /** What it holds, by token. */
  readonly held = new Map<string, Held>();
  /** What it held, newest last. */
  readonly past: Held[] = [];
  /** Tokens and executions that it is saying something about at the moment: it does one thing after the other. */
  readonly busy = new Set<string>();
  /** Up to which fact each of its live instances has seen the history. */
  readonly seen = new Map<ExecutionId, number>();
  /** The number of the last fact of its own last turn of each execution. */
  readonly last = new Map<ExecutionId, number>();
  readonly #world: World;
  #worker: ScriptedWorker | undefined;
  #lost = false;
  #turns = 0;

  constructor(name: string, profile: Profile, server: Server, world: World) {
    this.name = name;
    this.profile = profile;
    this.server = server;
    this.#world = world;
  }

  get session(): WorkerSession {
    if (this.#worker === undefined) throw new TypeError(`${this.name} was never connected`);
    return this.#worker.session;
  }

  get isWorking(): boolean {
    return this.status === 'connected';
  }

  get activations(): readonly HeldTurn[] {
    return [...this.held.values()].filter(isTurn);
  }

  get assignments(): readonly HeldAttempt[] {
    return [...this.held.values()].filter(isAttempt);
  }

  newTurnId(): string {
    this.#turns += 1;
    return `${this.name}-${this.#turns}`;
  }

  /** Connects, the first time or again, there or elsewhere; what fails is tried again by another move. */
  async connect(server: Server): Promise<void> {
    const { clock, claims } = this.#world;
    // Two processes never do anything in the same moment.
    clock.advance(1);
    drain(this.#world);
    const openedAt = clock.now();
    if (server !== this.server) claims.doubt(this.name);
    this.status = 'connecting';
    this.connections += 1;
    const worker = await Promise.race([this.#open(server, this.connections), server.life.died]).catch(whenRetryable);
    this.server = server;
    this.heardAt = openedAt;
    this.storedUntil = openedAt + LEASE_MS;
    if (worker === undefined) return this.cut();
    this.#worker = worker;
    this.#lost = false;
    this.status = 'connected';
    this.#resume(worker);
  }

  /** What the connection before was given and has not arrived never will. */
  #open(server: Server, connection: number): Promise<ScriptedWorker> {
    const before = this.#worker?.session.id;
    const turns = this.activations.map(({ given: { executionId, token } }) => ({ executionId, token }));
    const attempts = this.assignments.map(({ given: { executionId, taskId, token } }) => ({
      executionId,
      taskId,
      token,
    }));
    return connectWorker(server.engine, orgId, {
      workerId: this.name,
      workerName: this.name,
      ...this.profile,
      instances: [...this.seen].map(([executionId, sequence]) => ({ executionId, sequence })),
      deliver: (work) => this.#hear(work, connection),
      lost: () => (this.#lost ||= connection === this.connections),
      ...(before === undefined ? {} : { resume: { sessionId: before, turns, attempts } }),
    });
  }

  #resume({ resumed, lostTokens }: ScriptedWorker): void {
    for (const token of lostTokens) {
      const held = this.held.get(token);
      const isSure = this.#world.alone && held?.claim.sure === true && held.sent === undefined;
      holds(!isSure, 'R09', () => `${this.name} was told on its return that it lost ${token}, which nobody took`);
      this.drop(token);
    }
    for (const { claim, sent } of this.held.values()) {
      claim.sure = resumed && sent === undefined && claim.lapsed === undefined;
    }
  }

  /** The connection broke. */
  cut(): void {
    this.status = 'cut';
    this.#world.claims.doubt(this.name);
  }

  /** It never comes back. */
  leave(): void {
    this.status = 'gone';
    this.#world.claims.doubt(this.name);
  }

  heard(): void {
    this.session.heard();
    this.heardAt = this.#world.clock.now();
  }

  /** A piece of work is no longer its own. */
  drop(token: string): void {
    const held = this.held.get(token);
    if (held === undefined) return;
    held.claim.sure = false;
    this.held.delete(token);
    this.past.push(held);
    if (this.past.length > 8) this.past.shift();
  }

  forgetInstance(id: ExecutionId): void {
    this.seen.delete(id);
    this.last.delete(id);
  }

  /** Has taken everything that was handed over: no more than it has room for. */
  rest(): void {
    const { taskCapacity, workflowCapacity } = this.profile;
    const count = (held: readonly Held[]): number => held.filter(({ claim }) => claim.sure).length;
    const [turns, attempts] = [count(this.activations), count(this.assignments)];
    const fits = turns <= workflowCapacity && attempts <= taskCapacity;
    holds(fits, 'R16', () => `${this.name} has no room for ${turns} turns and ${attempts} attempts`);
    if (this.#lost && this.isWorking) this.leave();
  }

  /** What it is shown of a history it has at once; all else about the work is looked at in its turn. */
  #hear(work: HandOver, connection: number): void {
    if (work.type === 'activation' && connection === this.connections) this.#readsOn(work);
    this.#world.delivered.push({ to: (given) => this.#take(given, connection), work });
  }

  #take(work: HandOver, connection: number): void {
    const { claims } = this.#world;
    if (work.type === 'query') return;
    if (work.type === 'attempt-cancelled') {
      const claim = claims.get(work.token);
      if (claim !== undefined) claim.sure = false;
      return;
    }
    const isHere = connection === this.connections;
    const sure = isHere && this.#isSafe;
    this.#mayTake(work);
    const claim = claims.given(work, { holder: this.name, sure });
    if (!isHere) return;
    this.held.set(work.token, work.type === 'task' ? { given: work, claim, entries: 0 } : { given: work, claim });
  }

  /** Nobody takes it for dead. */
  get #isSafe(): boolean {
    const isForgotten = this.storedUntil + SLACK_MS < this.#world.clock.now();
    return this.isWorking && !this.#lost && !this.server.life.isDead && !isForgotten;
  }

  #mayTake(work: Activation | Assignment): void {
    const kinds = work.type === 'task' ? this.profile.taskKinds : this.profile.workflowKinds;
    const may = kinds.includes(work.kind) && work.queue === this.profile.queue;
    holds(may, 'R16', () => `${this.name} was given ${work.kind} of queue ${work.queue}`);
  }

  /** The facts must follow those that the instance has seen, without a hole. */
  #readsOn({ executionId, afterSequence, events, sequence, input }: Activation): void {
    const { broken, shown } = this.#world;
    const seen = this.seen.get(executionId) ?? 0;
    const isWhole = events.every((event, index) => event.sequence === afterSequence + index + 1);
    const isRight =
      afterSequence <= seen &&
      (input !== undefined || afterSequence > 0) &&
      isWhole &&
      sequence === afterSequence + events.length;
    const what = `R06 broken: ${this.name} has seen ${seen} facts of ${executionId}, and was shown those after`;
    // Whoever hands over has nothing to do with it.
    if (!isRight) broken.push(new Violation(`${what} ${afterSequence}: ${events.length}, up to ${sequence}`));
    shown.push({ to: this.name, executionId, events });
    this.seen.set(executionId, sequence);
  }
}

function whenRetryable(error: unknown): undefined {
  if (!ServiceError.is(error) || !error.retryable) throw error;
}
