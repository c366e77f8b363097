import { type Awaitable, awaitable } from '../awaitable.js';
import type { Duration } from '../duration.js';
import type { TimerHandle, WorkflowContext } from '../types.js';

/** How a mocked task, child or promise ends; what is open ends only by being cancelled. */
export type Outcome = { readonly value: unknown } | { readonly error: Error } | { readonly open: true };

type Clock = Pick<WorkflowContext, 'timer'>;

/** Counts the ends of all waits: only those of one context are ever compared. */
let ends = 0;

/**
 * Something a mocked workflow can wait for. An end that was given beforehand counts as come when the code looks at it: until
 * then it can still be cancelled, as the real one could.
 */
export class MockWait<T> implements Awaitable {
  /** Its place among the ends; absent until the code has looked at it. */
  endedAs: number | undefined;
  failure: Error | undefined;
  readonly #outcome: Outcome;
  readonly #clock: Clock;
  readonly #promise: Promise<T>;
  readonly #cancelled: (reason: string) => Error;
  #resolve!: (value: T) => void;
  #reject!: (error: Error) => void;
  #isAsked = false;

  constructor(outcome: Outcome, clock: Clock, cancelled: (reason: string) => Error) {
    this.#outcome = outcome;
    this.#clock = clock;
    this.#cancelled = cancelled;
    this.#promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // A failure nobody waits for is not an unhandled rejection.
    this.#promise.catch(() => undefined);
  }

  /** Its end, for code that looks at it. */
  look(): Promise<T> {
    if ('value' in this.#outcome) this.succeed(this.#outcome.value as T);
    if ('error' in this.#outcome) this.#fail(this.#outcome.error);
    return this.#promise;
  }

  /** The same as a promise that combinators know. */
  lookAsPromise(): Promise<T> {
    return Object.assign(this.look(), { [awaitable]: this });
  }

  succeed(value: T): void {
    this.endedAs ??= ends += 1;
    this.#resolve(value);
  }

  /** True when it is the first request and comes before the end. What is open ends by it; the rest ends as it was to. */
  cancel(reason: string): boolean {
    if (this.endedAs !== undefined || this.#isAsked) return false;
    this.#isAsked = true;
    if ('open' in this.#outcome) this.#fail(this.#cancelled(reason));
    return true;
  }

  letGo(): void {
    // Nobody is told what a mocked workflow waits for.
  }

  startTimer(duration: Duration): TimerHandle {
    return this.#clock.timer(duration);
  }

  #fail(error: Error): void {
    this.endedAs ??= ends += 1;
    this.failure ??= error;
    this.#reject(error);
  }
}
