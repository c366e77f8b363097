import type { ReadyLine } from '../ports/store.js';

/** Where work of one sort is taken from. */
export type Queue = Omit<ReadyLine, 'kind'>;

/** More lines than any one process has workers for; past it, what waits is found by looking. */
const MOST = 100_000;

/** The lines in which something may be waiting: kinds of work, in the order in which they were heard of, by queue. */
export class WaitingLines {
  readonly #byQueue = new Map<string, { readonly queue: Queue; readonly kinds: Set<string> }>();
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add({ kind, orgId, queue, type }: ReadyLine): void {
    const name = queueName({ orgId, queue, type });
    const line = this.#byQueue.get(name) ?? { queue: { orgId, queue, type }, kinds: new Set() };
    if (line.kinds.has(kind) || this.#count >= MOST) return;
    this.#byQueue.set(name, line);
    line.kinds.add(kind);
    this.#count += 1;
  }

  delete(line: ReadyLine): void {
    const name = queueName(line);
    const kinds = this.#byQueue.get(name)?.kinds;
    if (kinds?.delete(line.kind) !== true) return;
    this.#count -= 1;
    if (kinds.size === 0) this.#byQueue.delete(name);
  }

  /** The queues in which something waits, each with its kinds. */
  queues(): Iterable<{ readonly queue: Queue; readonly kinds: ReadonlySet<string> }> {
    return this.#byQueue.values();
  }
}

/** Neither an organisation's id nor a queue's name has a space in it. */
export function queueName({ type, orgId, queue }: Queue): string {
  return `${type} ${orgId} ${queue}`;
}
