import type { Duration } from './duration.js';
import type { TimerHandle } from './types.js';

/** Where something that can be awaited keeps what combinators need. Registered: two copies of the package understand each other. */
export const awaitable = Symbol.for('flovyn.awaitable');

/** What combinators have to know of something that workflow code can wait for. */
export interface Awaitable {
  /** Its place among the ends of its execution: what ended later has a larger one. Absent while it is open. */
  readonly endedAs: number | undefined;
  /** One who waited for it waits no longer. */
  letGo(): void;
  /** A durable timer of the same execution. */
  startTimer(duration: Duration): TimerHandle;
}

/** Absent for promises that code made by itself. */
export function awaitableOf(thing: PromiseLike<unknown>): Awaitable | undefined {
  return (thing as { readonly [awaitable]?: Awaitable })[awaitable];
}
