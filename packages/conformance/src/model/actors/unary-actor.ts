import type { ExecutionId, Polled, TaskId, UnaryCaller } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { orgId } from '../../support/house.js';
import { holds } from '../violation.js';
import type { World } from '../world.js';
import type { Activation, Assignment } from './held.js';
import type { Server } from './server.js';

/** A worker that makes single calls. */
export class UnaryActor {
  readonly caller: UnaryCaller & { readonly worker: string };
  readonly queue: string;
  server: Server;
  isGone = false;
  readonly turns = new Map<ExecutionId, Activation>();
  readonly attempts = new Map<TaskId, Assignment>();
  /** Everything it was ever given, newest last. */
  readonly past: (Activation | Assignment)[] = [];
  /** Tasks that have streamed: their end waits a little for their last words. */
  readonly streamed = new Set<TaskId>();
  readonly #world: World;
  readonly #polls = new Set<AbortController>();

  constructor(name: string, queue: string, server: Server, world: World) {
    this.caller = { orgId, worker: name, peer: `${name}:1` };
    this.queue = queue;
    this.server = server;
    this.#world = world;
  }

  get polls(): number {
    return this.#polls.size;
  }

  /** Waits for work in the background; an answer that gets lost is given back. */
  poll(type: 'workflow' | 'task', isLost: boolean): void {
    const { server, caller, queue } = this;
    const asked = new AbortController();
    this.#polls.add(asked);
    const request = { ...caller, type, queue, kinds: undefined, holdMs: 20_000, signal: asked.signal };
    const polling = server.engine.unary.poll(request).then(async (polled) => {
      this.#polls.delete(asked);
      if (polled === undefined || server.life.isDead) return;
      this.#given(polled.work, !isLost && !this.isGone);
      if (isLost || this.isGone) await polled.putBack();
    });
    polling.catch((error: unknown) => {
      this.#polls.delete(asked);
      // A poll whose server is in trouble is made again by another move.
      if (!ServiceError.is(error) || !error.retryable) this.#world.broken.push(error);
    });
  }

  abort(): boolean {
    const [asked] = this.#polls;
    asked?.abort();
    return asked !== undefined;
  }

  abortAll(): void {
    for (const asked of this.#polls) asked.abort();
    this.#polls.clear();
  }

  #given(work: Polled['work'], keeps: boolean): void {
    holds(work.queue === this.queue, 'R16', () => `${this.caller.worker} was given work of queue ${work.queue}`);
    // It shows no claim, so others may end its work.
    this.#world.claims.given(work, { holder: this.caller.worker, sure: false });
    if (!keeps) return;
    this.past.push(work);
    if (this.past.length > 8) this.past.shift();
    if (work.type === 'task') this.attempts.set(work.taskId, work);
    else this.turns.set(work.executionId, work);
  }
}
