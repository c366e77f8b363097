/** Steps that one comparison may take: about a second. A contract of forty events needs a twentieth of them. */
const MOST_STEPS = 100_000;

/** How much has been done for one comparison, so that a hostile schema cannot keep it busy. */
export class Work {
  #left: number;

  constructor(most = MOST_STEPS) {
    this.#left = most;
  }

  /** @throws {TooComplex} when everything is spent. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooComplex();
  }
}

/** Two schemas are too large or too entangled to be compared. */
export class TooComplex extends Error {
  override readonly name = 'TooComplex';
}

/** Whether schemas were too much for a comparison: of steps, or of the stack, which deep nesting uses up. */
export function isTooMuch(error: unknown): boolean {
  return error instanceof TooComplex || error instanceof RangeError;
}
