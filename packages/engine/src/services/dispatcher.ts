import type { HandOver } from '../engine.js';
import type { Claim, Door } from '../execution/state.js';
import type { ExecutionId, OrgId, SessionId, TaskId } from '../ids.js';

/** A place that has been taken for one piece of work: the claim on it. */
export type Place = Claim;

/** Who holds claims: a session of this process, or a worker that makes single calls. */
export interface Holder {
  readonly id: SessionId;
  readonly orgId: OrgId;
  /** The workflow code it can be asked to run; absent for one that cannot be asked. */
  readonly runs?: { readonly queue: string; readonly kinds: ReadonlySet<string> };
  /** Turns and attempts that are claimed, by token. */
  readonly turns: Map<string, ExecutionId>;
  readonly attempts: Map<string, { readonly executionId: ExecutionId; readonly taskId: TaskId }>;
}

/** Somebody who takes work now: a session with room, or a poll that waits for one piece. */
export interface Seat {
  readonly orgId: OrgId;
  readonly queue: string;
  /** Whose claim it becomes. */
  readonly holder: Holder;
  readonly workerId: string;
  readonly door: Door;
  /** Whether it can do this kind of work. */
  accepts(type: Offer['type'], kind: string): boolean;
  /** How many more it takes now; 0 while disconnected. */
  free(type: Offer['type']): number;
  /** Claimed for it, but not stored yet; and given back. */
  taken(token: string, type: Offer['type']): void;
  left(token: string): void;
  /** What the worker has of an execution's history in memory, 0 for nothing; undefined for one that asks for it itself. */
  held(id: ExecutionId): number | undefined;
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
 * Knows who of this process takes work, and who holds it. Taking a place happens while a batch is built, so that work and
 * worker meet in one commit; a batch that is not stored gives its places back.
 */
export class Dispatcher {
  readonly #holders = new Map<SessionId, Holder>();
  readonly #byQueue = new Map<string, Set<Seat>>();
  /** The seat of each session, for work that goes back to who knows it. */
  readonly #sessions = new Map<SessionId, Seat>();
  /** Which seat a claim was taken for, until it is delivered or given back. */
  readonly #taken = new Map<string, Seat>();
  readonly #newToken: () => string;
  readonly #arrived: (holder: Holder) => () => void;
  /** To be called when a holder leaves. */
  readonly #departures = new Map<SessionId, () => void>();

  /** @param arrived - called for each holder that comes; what it gives is called when that one leaves. */
  constructor(newToken: () => string, arrived: (holder: Holder) => () => void = () => () => undefined) {
    this.#newToken = newToken;
    this.#arrived = arrived;
  }

  holds(holder: Holder): void {
    this.#departures.get(holder.id)?.();
    this.#holders.set(holder.id, holder);
    this.#departures.set(holder.id, this.#arrived(holder));
  }

  gone(holder: Holder): void {
    if (this.#holders.get(holder.id) !== holder) return;
    this.#holders.delete(holder.id);
    this.#departures.get(holder.id)?.();
    this.#departures.delete(holder.id);
  }

  /** Everybody of this process who may hold claims. */
  holders(): Iterable<Holder> {
    return this.#holders.values();
  }

  /** Whether somebody of this process holds claims under an id. */
  isHere(id: SessionId): boolean {
    return this.#holders.has(id);
  }

  /** Who there is now; a copy, since they come and go. */
  seats(): readonly Seat[] {
    return [...this.#byQueue.values()].flatMap((seats) => [...seats]);
  }

  /** Who there is now at one queue. */
  seatsAt({ orgId, queue }: Pick<Seat, 'orgId' | 'queue'>): readonly Seat[] {
    return [...(this.#byQueue.get(queueName(orgId, queue)) ?? [])];
  }

  /** A session sits down, for good: work of executions it knows comes to it first. */
  addSession(seat: Seat): void {
    this.holds(seat.holder);
    this.#sessions.set(seat.holder.id, seat);
    this.add(seat);
  }

  removeSession(seat: Seat): void {
    this.gone(seat.holder);
    if (this.#sessions.get(seat.holder.id) === seat) this.#sessions.delete(seat.holder.id);
    this.remove(seat);
  }

  add(seat: Seat): void {
    const name = queueName(seat.orgId, seat.queue);
    const seats = this.#byQueue.get(name);
    if (seats === undefined) this.#byQueue.set(name, new Set([seat]));
    else seats.add(seat);
  }

  remove(seat: Seat): void {
    const name = queueName(seat.orgId, seat.queue);
    const seats = this.#byQueue.get(name);
    seats?.delete(seat);
    if (seats?.size === 0) this.#byQueue.delete(name);
  }

  /** The session that is connected under an id. */
  session(id: SessionId): Seat | undefined {
    return this.#sessions.get(id);
  }

  /** Takes a place of somebody who can do the work now: the holder's if it has one, else the next one's in turn. */
  take(offer: Offer): Place | undefined {
    const seat = this.#choose(offer);
    return seat === undefined ? undefined : this.occupy(seat, offer);
  }

  /** Takes a place of one seat, which has been found to have room. */
  occupy(seat: Seat, work: Pick<Offer, 'executionId' | 'taskId' | 'type'>): Place {
    const token = this.#newToken();
    const place: Place = {
      sessionId: seat.holder.id,
      workerId: seat.workerId,
      token,
      ...(seat.door === 'unary' ? { door: seat.door } : {}),
    };
    this.#taken.set(token, seat);
    seat.taken(token, work.type);
    this.hold(place, work);
    return place;
  }

  /** Notes that a token is a claim of its holder, if that is one of this process. */
  hold(place: Place, { executionId, taskId }: Pick<Offer, 'executionId' | 'taskId'>): void {
    const holder = this.#holders.get(place.sessionId);
    if (taskId === undefined) holder?.turns.set(place.token, executionId);
    else holder?.attempts.set(place.token, { executionId, taskId });
  }

  /** The claim was not stored. A place that was taken for it before stays taken: the claim is made again, or given up. */
  unhold(place: Pick<Place, 'sessionId' | 'token'>): void {
    if (this.#taken.has(place.token)) return;
    const holder = this.#holders.get(place.sessionId);
    holder?.turns.delete(place.token);
    holder?.attempts.delete(place.token);
  }

  /** Who a stored claim is to be delivered to. */
  recipient(place: Pick<Place, 'sessionId' | 'token'>): Seat | undefined {
    const seat = this.#taken.get(place.token);
    this.#taken.delete(place.token);
    // A session that came back takes what the connection before it was given.
    return this.#sessions.get(place.sessionId) ?? seat;
  }

  /** The claim is over, or was never stored. Harmless when that was said already. */
  leave(place: Pick<Place, 'sessionId' | 'token'>): void {
    this.#taken.get(place.token)?.left(place.token);
    this.#taken.delete(place.token);
    this.unhold(place);
  }

  #choose(offer: Offer): Seat | undefined {
    if (offer.holder !== undefined) {
      const known = this.#sessions.get(offer.holder);
      if (known !== undefined && fits(known, offer) && canTake(known, offer)) return known;
    }
    const seats = this.#byQueue.get(queueName(offer.orgId, offer.queue));
    if (seats === undefined) return undefined;
    for (const seat of seats) {
      if (!canTake(seat, offer)) continue;
      // To the end of the row: the next piece of work is for the next one.
      seats.delete(seat);
      seats.add(seat);
      return seat;
    }
    return undefined;
  }
}

export function canTake(seat: Seat, offer: Pick<Offer, 'type' | 'kind'>): boolean {
  return seat.free(offer.type) > 0 && seat.accepts(offer.type, offer.kind);
}

function fits(seat: Seat, offer: Offer): boolean {
  return seat.orgId === offer.orgId && seat.queue === offer.queue;
}

function queueName(orgId: OrgId, queue: string): string {
  return `${orgId}/${queue}`;
}
