import type { HandOver } from '../engine.js';
import type { ExecutionId, OrgId, SessionId, TaskId } from '../ids.js';

/** A place of a session that has been taken for one piece of work. */
export interface Place {
  readonly sessionId: SessionId;
  readonly workerId: string;
  readonly token: string;
}

/** What the dispatcher needs to know of a session of this process. */
export interface Seat {
  readonly id: SessionId;
  readonly orgId: OrgId;
  readonly workerId: string;
  readonly queue: string;
  readonly workflowKinds: ReadonlySet<string>;
  readonly taskKinds: ReadonlySet<string>;
  /** Turns and attempts that hold a place, by token. */
  readonly turns: Map<string, ExecutionId>;
  readonly attempts: Map<string, { readonly executionId: ExecutionId; readonly taskId: TaskId }>;
  /** How many more it takes now; 0 while disconnected. */
  freeTurns(): number;
  freeAttempts(): number;
  /** What the worker has of an execution's history in memory; 0 for nothing. */
  held(id: ExecutionId): number;
  deliver(work: HandOver): void;
}

/** Something that looks for a worker. */
export interface Offer {
  readonly type: 'workflow' | 'task';
  readonly orgId: OrgId;
  readonly queue: string;
  readonly kind: string;
  readonly executionId: ExecutionId;
  readonly taskId?: TaskId;
  /** The session that has the live instance. */
  readonly holder?: SessionId;
}

/**
 * Knows the sessions of this process and who has room. Taking a place happens while a batch is built, so that work and
 * worker meet in one commit; a batch that is not stored gives its places back.
 */
export class Dispatcher {
  readonly #seats = new Map<SessionId, Seat>();
  readonly #byQueue = new Map<string, Seat[]>();
  readonly #newToken: () => string;
  readonly #turns = new Map<string, number>();

  constructor(newToken: () => string) {
    this.#newToken = newToken;
  }

  get(id: SessionId): Seat | undefined {
    return this.#seats.get(id);
  }

  /** Those who are there now; a copy, since they come and go. */
  seats(): readonly Seat[] {
    return [...this.#seats.values()];
  }

  add(seat: Seat): void {
    this.#seats.set(seat.id, seat);
    const name = queueName(seat.orgId, seat.queue);
    this.#byQueue.set(name, [...(this.#byQueue.get(name) ?? []), seat]);
  }

  remove(seat: Seat): void {
    if (this.#seats.get(seat.id) === seat) this.#seats.delete(seat.id);
    const name = queueName(seat.orgId, seat.queue);
    const left = (this.#byQueue.get(name) ?? []).filter((other) => other !== seat);
    if (left.length > 0) this.#byQueue.set(name, left);
    else this.#byQueue.delete(name);
  }

  /** Takes a place of a session that can do the work now: the holder's if it has one, else the next one's in turn. */
  take(offer: Offer): Place | undefined {
    const seat = this.#choose(offer);
    return seat === undefined ? undefined : this.occupy(seat, offer);
  }

  /** Takes a place of one session, which has been found to have room. */
  occupy(seat: Seat, work: Pick<Offer, 'executionId' | 'taskId'>): Place {
    const place = { sessionId: seat.id, workerId: seat.workerId, token: this.#newToken() };
    this.hold(place, work);
    return place;
  }

  /** Notes that a token holds a place, if its session is one of this process. */
  hold(place: Place, { executionId, taskId }: Pick<Offer, 'executionId' | 'taskId'>): void {
    const seat = this.#seats.get(place.sessionId);
    if (taskId === undefined) seat?.turns.set(place.token, executionId);
    else seat?.attempts.set(place.token, { executionId, taskId });
  }

  /** Gives a place back. Harmless when it has been given back already. */
  leave(place: { readonly sessionId: SessionId; readonly token: string }): void {
    const seat = this.#seats.get(place.sessionId);
    seat?.turns.delete(place.token);
    seat?.attempts.delete(place.token);
  }

  canTake(seat: Seat, offer: Pick<Offer, 'type' | 'kind'>): boolean {
    return offer.type === 'workflow'
      ? seat.workflowKinds.has(offer.kind) && seat.freeTurns() > 0
      : seat.taskKinds.has(offer.kind) && seat.freeAttempts() > 0;
  }

  #choose(offer: Offer): Seat | undefined {
    if (offer.holder !== undefined) {
      const holder = this.#seats.get(offer.holder);
      if (holder !== undefined && fits(holder, offer) && this.canTake(holder, offer)) return holder;
    }
    const name = queueName(offer.orgId, offer.queue);
    const seats = this.#byQueue.get(name);
    if (seats === undefined) return undefined;
    const start = this.#turns.get(name) ?? 0;
    for (let step = 0; step < seats.length; step += 1) {
      const index = (start + step) % seats.length;
      const seat = seats[index];
      if (seat !== undefined && this.canTake(seat, offer)) {
        this.#turns.set(name, (index + 1) % seats.length);
        return seat;
      }
    }
    return undefined;
  }
}

function fits(seat: Seat, offer: Offer): boolean {
  return seat.orgId === offer.orgId && seat.queue === offer.queue;
}

function queueName(orgId: OrgId, queue: string): string {
  return `${orgId}/${queue}`;
}
