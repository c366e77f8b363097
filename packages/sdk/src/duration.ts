const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Largest first, for printing. */
const units = [
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
] as const;

/**
 * A length of time. Immutable; negative, fractional and zero lengths are all legal. A length that is not a finite number
 * is refused where it is used, not here.
 *
 * @example
 *   import { Duration } from '@flovyn/sdk';
 *
 *   const total = Duration.minutes(1).add(Duration.seconds(30));
 *   total.toString(); // '1.5m'
 */
export class Duration {
  readonly #ms: number;

  private constructor(ms: number) {
    this.#ms = ms;
  }

  /** `n` thousandths of a second. */
  static milliseconds(n: number): Duration {
    return new Duration(n);
  }

  /** `n` seconds. */
  static seconds(n: number): Duration {
    return new Duration(n * SECOND);
  }

  /** `n` minutes. */
  static minutes(n: number): Duration {
    return new Duration(n * MINUTE);
  }

  /** `n` hours. */
  static hours(n: number): Duration {
    return new Duration(n * HOUR);
  }

  /** `n` times 24 hours. */
  static days(n: number): Duration {
    return new Duration(n * DAY);
  }

  /** The length in milliseconds; fractions are kept, here and in the other units. */
  toMilliseconds(): number {
    return this.#ms;
  }

  /** The length in seconds. */
  toSeconds(): number {
    return this.#ms / SECOND;
  }

  /** The length in minutes. */
  toMinutes(): number {
    return this.#ms / MINUTE;
  }

  /** The length in hours. */
  toHours(): number {
    return this.#ms / HOUR;
  }

  /** The length in days of 24 hours. */
  toDays(): number {
    return this.#ms / DAY;
  }

  /** Both lengths together; this one is not changed, here and below. */
  add(other: Duration): Duration {
    return new Duration(this.#ms + other.toMilliseconds());
  }

  /** This length without the other; negative when the other is longer. */
  subtract(other: Duration): Duration {
    return new Duration(this.#ms - other.toMilliseconds());
  }

  /** This length `factor` times. */
  multiply(factor: number): Duration {
    return new Duration(this.#ms * factor);
  }

  /** This length in `divisor` parts; dividing by zero gives a length that no call takes. */
  divide(divisor: number): Duration {
    return new Duration(this.#ms / divisor);
  }

  /** Whether this length is the longer one. */
  isGreaterThan(other: Duration): boolean {
    return this.#ms > other.toMilliseconds();
  }

  /** Whether this length is the shorter one. */
  isLessThan(other: Duration): boolean {
    return this.#ms < other.toMilliseconds();
  }

  /** Whether both are equally long, to the fraction of a millisecond. */
  equals(other: Duration): boolean {
    return this.#ms === other.toMilliseconds();
  }

  /** Whether there is no length at all. */
  isZero(): boolean {
    return this.#ms === 0;
  }

  /** Whether it is longer than nothing. */
  isPositive(): boolean {
    return this.#ms > 0;
  }

  /** Whether it is shorter than nothing. */
  isNegative(): boolean {
    return this.#ms < 0;
  }

  /** -1 when shorter than `other`, 0 when equal, 1 when longer. */
  compareTo(other: Duration): -1 | 0 | 1 {
    if (this.isLessThan(other)) return -1;
    return this.isGreaterThan(other) ? 1 : 0;
  }

  /** The length in the largest unit it fills, fractions kept: `500ms`, `1.5s`, `2h`, `-1d`. */
  toString(): string {
    const size = Math.abs(this.#ms);
    const sign = this.#ms < 0 ? '-' : '';
    for (const [name, length] of units) {
      if (size >= length) return `${sign}${size / length}${name}`;
    }
    return `${sign}${size}ms`;
  }
}
