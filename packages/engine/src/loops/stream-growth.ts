import type { ExecutionId } from '../ids.js';
import type { StreamEntry } from '../ports/store.js';

/** A stream is weighed each time a sixteenth of what may be kept has come: it is never larger by more than that. */
const PARTS = 16;
/** Most executions counted at a time. Of more, those that wrote longest ago are counted anew when they write again. */
const MOST = 20_000;

/**
 * How much output this process has added to open executions since they were weighed last. What a process forgets, or others
 * write, only makes a weighing later by as much.
 */
export class StreamGrowth {
  readonly #step: { readonly entries: number; readonly bytes: number };
  readonly #grown = new Map<ExecutionId, { entries: number; bytes: number }>();
  readonly #toWeigh = new Set<ExecutionId>();

  /** @param limits - what is kept of one execution. */
  constructor(limits: { readonly entries: number; readonly bytes: number }) {
    this.#step = { entries: Math.ceil(limits.entries / PARTS), bytes: Math.ceil(limits.bytes / PARTS) };
  }

  /** Counts what was committed. Answers whether an execution is to be weighed that was not before. */
  add(entries: readonly StreamEntry[]): boolean {
    const before = this.#toWeigh.size;
    for (const { kind, executionId, event, terminal } of entries) {
      if (terminal === true) {
        this.#grown.delete(executionId);
        this.#toWeigh.delete(executionId);
      }
      if (kind === 'state') continue;
      const grown = this.#grown.get(executionId) ?? { entries: 0, bytes: 0 };
      this.#grown.delete(executionId);
      this.#grown.set(executionId, grown);
      grown.entries += 1;
      grown.bytes += event.length;
      if (grown.entries >= this.#step.entries || grown.bytes >= this.#step.bytes) this.#toWeigh.add(executionId);
    }
    for (const [longestAgo] of this.#grown) {
      if (this.#grown.size <= MOST) break;
      this.#grown.delete(longestAgo);
    }
    return this.#toWeigh.size > before;
  }

  /** An execution to weigh. Named again until it is said to have been seen to. */
  next(): ExecutionId | undefined {
    return this.#toWeigh.values().next().value;
  }

  seen(id: ExecutionId): void {
    this.#toWeigh.delete(id);
    this.#grown.delete(id);
  }
}
