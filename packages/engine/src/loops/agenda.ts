import type { DueTimer, TimerRef } from '../ports/store.js';

/** What becomes due, the soonest first. Each thing stands in it once. */
export class Agenda {
  readonly #byName = new Map<string, DueTimer>();
  /** A binary heap by instant. What was replaced or let go stays in it until it comes to the top. */
  readonly #heap: DueTimer[] = [];

  get size(): number {
    return this.#byName.size;
  }

  /** When the next one is due. */
  get next(): number {
    return this.#top()?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  add(timer: DueTimer): void {
    const name = timerName(timer);
    const before = this.#byName.get(name);
    if (before?.dueAt === timer.dueAt) return;
    this.#byName.set(name, timer);
    this.#push(timer);
  }

  delete(timer: TimerRef): void {
    this.#byName.delete(timerName(timer));
    if (this.#byName.size === 0) this.clear();
  }

  /** The next one that is due by `now`; it stands in the agenda no more. */
  take(now: number): DueTimer | undefined {
    const first = this.#top();
    if (first === undefined || first.dueAt > now) return undefined;
    this.#pop();
    this.#byName.delete(timerName(first));
    return first;
  }

  clear(): void {
    this.#byName.clear();
    this.#heap.length = 0;
  }

  #top(): DueTimer | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#byName.get(timerName(first)) === first) return first;
      this.#pop();
    }
    return undefined;
  }

  #push(timer: DueTimer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as DueTimer;
      if (parent.dueAt <= timer.dueAt) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && (heap[below + 1] as DueTimer).dueAt < (heap[below] as DueTimer).dueAt) below += 1;
      const child = heap[below] as DueTimer;
      if (child.dueAt >= last.dueAt) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

export function timerName({ executionId, type, id }: TimerRef): string {
  return `${executionId} ${type} ${id}`;
}
