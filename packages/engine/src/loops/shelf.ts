import type { ReadyWork } from '../ports/store.js';
import { type Queue, queueName } from './waiting-lines.js';

/** 100 ms: longer than between two who ask for work where much is asked for, and soon over for everybody else. */
const KEPT_MS = 100;
/** Looked for again so soon, more was wanted. */
const SOON_MS = 50;
const LEAST_AHEAD = 8;
const MOST_AHEAD = 64;

interface Row {
  readonly queue: Queue;
  /** The first to be given first. */
  readonly works: ReadyWork[];
  until: number;
  /** How much more is reserved than there is room for. */
  ahead: number;
  filledAt: number;
}

/**
 * Work that this process has reserved and not given to anybody yet. Where workers ask for one piece after the other, a look
 * into the store for each of them would be the most of what it costs to give it to them. So the sooner the last one was
 * followed by the next, the more is reserved in one; what nobody comes for is soon offered to everybody again.
 *
 * The price: what becomes ready now and comes before what is here, by its priority, waits until that is gone, which takes
 * no longer than it is kept.
 */
export class Shelf {
  readonly #rows = new Map<string, Row>();

  /** How much to reserve for so much room. */
  wanted(queue: Queue, room: number): number {
    return room + (this.#rows.get(queueName(queue))?.ahead ?? 0);
  }

  /** What one look has reserved in a queue, in order. `isAll`: there was no more. */
  put(queue: Queue, found: readonly ReadyWork[], isAll: boolean, now: number): void {
    const row = this.#rowOf(queue);
    if (!isAll && now - row.filledAt <= SOON_MS) row.ahead = Math.min(MOST_AHEAD, Math.max(LEAST_AHEAD, row.ahead * 2));
    row.works.push(...found);
    row.works.sort((a, b) => a.score - b.score);
    row.until = now + KEPT_MS;
    row.filledAt = now;
  }

  /** The queues of which something is here. */
  queues(): readonly Queue[] {
    return [...this.#rows.values()].filter(({ works }) => works.length > 0).map(({ queue }) => queue);
  }

  /** Takes the first piece of a kind that is asked for. */
  take(queue: Queue, accepts: (kind: string) => boolean): ReadyWork | undefined {
    const works = this.#rows.get(queueName(queue))?.works ?? [];
    const at = works.findIndex(({ kind }) => accepts(kind));
    return at === -1 ? undefined : works.splice(at, 1)[0];
  }

  /** What nobody came for. */
  takeExpired(now: number): readonly ReadyWork[] {
    const expired: ReadyWork[] = [];
    for (const [name, { until, works }] of this.#rows) {
      if (until > now) continue;
      expired.push(...works);
      this.#rows.delete(name);
    }
    return expired;
  }

  /** When something will have been here for too long. */
  get expiresAt(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const { until, works } of this.#rows.values()) if (works.length > 0) first = Math.min(first, until);
    return first;
  }

  #rowOf(queue: Queue): Row {
    const name = queueName(queue);
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = { queue, works: [], until: 0, ahead: 0, filledAt: Number.NEGATIVE_INFINITY };
      this.#rows.set(name, row);
    }
    return row;
  }
}
