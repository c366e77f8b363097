import type { ReadyLine } from '../ports/store.js';

/** More lines than any one process has workers for; past it, what waits is found by looking. */
const MOST = 100_000;

/** The lines in which something may be waiting: kinds of work, in the order in which they were heard of, by queue. */
export class WaitingLines {
  readonly #byQueue = new Map<string, Set<string>>();
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(line: ReadyLine): void {
    const name = queueName(line);
    const kinds = this.#byQueue.get(name) ?? new Set<string>();
    if (kinds.has(line.kind) || this.#count >= MOST) return;
    this.#byQueue.set(name, kinds.add(line.kind));
    this.#count += 1;
  }

  delete(line: ReadyLine): void {
    const name = queueName(line);
    const kinds = this.#byQueue.get(name);
    if (kinds?.delete(line.kind) !== true) return;
    this.#count -= 1;
    if (kinds.size === 0) this.#byQueue.delete(name);
  }

  /** The kinds that wait in a queue, of those that are asked for. */
  kinds(queue: Omit<ReadyLine, 'kind'>, accepts: (kind: string) => boolean): readonly string[] {
    return [...(this.#byQueue.get(queueName(queue)) ?? [])].filter(accepts);
  }
}

/** Neither an organisation's id nor a queue's name has a space in it. */
export function queueName({ type, orgId, queue }: Omit<ReadyLine, 'kind'>): string {
  return `${type} ${orgId} ${queue}`;
}
