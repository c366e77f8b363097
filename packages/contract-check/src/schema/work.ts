/** Steps that one comparison may take: some ten times what the largest contract in our tests needs, under a second. */
const MOST_STEPS = 300_000;

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
