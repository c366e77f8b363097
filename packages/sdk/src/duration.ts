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
 *   const total = Duration.minutes(1).add(Duration.seconds(30));
 *   total.toString(); // '1.5m'
 */
export class Duration {
  readonly #ms: number;

  private constructor(ms: number) {
    this.#ms = ms;
  }

  static milliseconds(n: number): Duration {
    return new Duration(n);
  }

  static seconds(n: number): Duration {
    return new Duration(n * SECOND);
  }

  static minutes(n: number): Duration {
    return new Duration(n * MINUTE);
  }

  static hours(n: number): Duration {
    return new Duration(n * HOUR);
  }

  static days(n: number): Duration {
    return new Duration(n * DAY);
  }

  /** The length in milliseconds; fractions are kept, here and in the other units. */
  toMilliseconds(): number {
    return this.#ms;
  }

  toSeconds(): number {
    return this.#ms / SECOND;
  }

  toMinutes(): number {
    return this.#ms / MINUTE;
  }

  toHours(): number {
    return this.#ms / HOUR;
  }

  toDays(): number {
    return this.#ms / DAY;
  }

  add(other: Duration): Duration {
    return new Duration(this.#ms + other.toMilliseconds());
  }

  subtract(other: Duration): Duration {
    return new Duration(this.#ms - other.toMilliseconds());
  }

  multiply(factor: number): Duration {
    return new Duration(this.#ms * factor);
  }

  divide(divisor: number): Duration {
    return new Duration(this.#ms / divisor);
  }

  isGreaterThan(other: Duration): boolean {
    return this.#ms > other.toMilliseconds();
  }

  isLessThan(other: Duration): boolean {
    return this.#ms < other.toMilliseconds();
  }

  equals(other: Duration): boolean {
    return this.#ms === other.toMilliseconds();
  }

  isZero(): boolean {
    return this.#ms === 0;
  }

  isPositive(): boolean {
    return this.#ms > 0;
  }

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
