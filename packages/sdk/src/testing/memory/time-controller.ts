import type { Duration } from '../../duration.js';
import { wholeMilliseconds } from '../../durations.js';
import { ConfigurationError } from '../../errors.js';

/** Told when a timer fires, while the clock shows its time. */
export type OnFire = (id: string) => void;

/**
 * A clock that stands still until it is moved, and the timers that wait for it. Timers fire by due time, and those due at
 * one instant in the order in which they were registered.
 *
 * @example
 *   import { Duration } from '@flovyn/sdk';
 *   import { TimeController } from '@flovyn/sdk/testing';
 *
 *   const time = new TimeController(new Date('2030-01-01T00:00:00Z'));
 *   time.registerTimerAfter('reminder', Duration.hours(24));
 *   time.advance(Duration.hours(23)); // []
 *   time.advance(Duration.hours(1)); // ['reminder']
 */
export class TimeController {
  #nowMs: number;
  /** By id, in the order of registration, with the time each fires at. */
  readonly #pending = new Map<string, number>();
  readonly #onFire: OnFire;

  /**
   * @param initialTime - that of this moment when absent.
   * @throws {ConfigurationError} when it is no valid date.
   */
  constructor(initialTime: Date = new Date(), onFire: OnFire = () => undefined) {
    this.#nowMs = validTime(initialTime.getTime(), 'The initial time');
    this.#onFire = onFire;
  }

  /** What the clock shows, in milliseconds since 1970. */
  currentTimeMillis(): number {
    return this.#nowMs;
  }

  /** Sets the clock, forwards or back, and fires nothing: what is due then fires with the next move of the clock. */
  setCurrentTimeMillis(timeMs: number): void {
    this.#nowMs = validTime(timeMs, 'The current time');
  }

  /**
   * Moves the clock on and fires what becomes due on the way, each at its own time.
   *
   * @returns the ids of what fired, in order.
   * @throws {ConfigurationError} when the duration is negative or not finite.
   */
  advance(duration: Duration): string[] {
    const ms = wholeMilliseconds(duration, 'The time to advance');
    if (ms < 0) throw new ConfigurationError(`Time can be advanced, not taken back: ${duration.toString()}`);
    const until = this.#nowMs + ms;
    const fired = this.#fireWhile((dueMs) => dueMs <= until);
    this.#nowMs = Math.max(this.#nowMs, until);
    return fired;
  }

  /** Moves the clock to the timer that is due next and fires it alone. `null` when there is none. */
  advanceToNextTimer(): string | null {
    const [id] = this.#next() ?? [];
    if (id === undefined) return null;
    this.#fire(id);
    return id;
  }

  /**
   * Fires timers one by one until there is none.
   *
   * @returns the ids of what fired, in order.
   */
  skipAllTimers(): string[] {
    return this.#fireWhile(() => true);
  }

  /**
   * Lets a timer fire at a time, in milliseconds since 1970. One of an id that is pending already is moved: it counts
   * as registered now.
   *
   * @throws {ConfigurationError} when the time is not finite.
   */
  registerTimer(id: string, fireAtMs: number): void {
    this.#pending.delete(id);
    this.#pending.set(id, validTime(fireAtMs, `The time of timer "${id}"`));
  }

  /** The same, counted from what the clock shows. */
  registerTimerAfter(id: string, duration: Duration): void {
    this.registerTimer(id, this.#nowMs + wholeMilliseconds(duration, `The duration of timer "${id}"`));
  }

  /** The ids of what has not fired, in the order in which they will fire. */
  pendingTimerIds(): string[] {
    return [...this.#pending].toSorted(([, a], [, b]) => a - b).map(([id]) => id);
  }

  /** Whether a timer of this id has still to fire. */
  isTimerPending(id: string): boolean {
    return this.#pending.has(id);
  }

  /**
   * Takes a timer off the clock.
   *
   * @returns whether it was pending.
   */
  cancelTimer(id: string): boolean {
    return this.#pending.delete(id);
  }

  #fireWhile(isDue: (dueMs: number) => boolean): string[] {
    const fired: string[] = [];
    for (let next = this.#next(); next !== undefined && isDue(next[1]); next = this.#next()) {
      this.#fire(next[0]);
      fired.push(next[0]);
    }
    return fired;
  }

  #next(): readonly [id: string, dueMs: number] | undefined {
    let first: readonly [string, number] | undefined;
    for (const each of this.#pending) if (first === undefined || each[1] < first[1]) first = each;
    return first;
  }

  #fire(id: string): void {
    this.#nowMs = Math.max(this.#nowMs, this.#pending.get(id) ?? 0);
    this.#pending.delete(id);
    this.#onFire(id);
  }
}

function validTime(timeMs: number, what: string): number {
  if (Number.isFinite(timeMs)) return Math.trunc(timeMs);
  throw new ConfigurationError(`${what} must be a number of milliseconds since 1970, not ${timeMs}`);
}
