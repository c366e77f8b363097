/** A place that must have an opinion about what is new. */
export interface Place {
  /** Relative to the root. */
  readonly file: string;
  readonly line: number;
  /** The package it belongs to. */
  readonly consumer: string;
  /** What has to be said there. */
  readonly asks: string;
}

/** What a generator has done, and what is left to do. */
export interface Report {
  /** The files it wrote, relative to the root; what is derived from them is not listed. */
  readonly written: readonly string[];
  /** Where the compiler waits for an answer. */
  readonly places: readonly Place[];
  /** What no compiler sees. */
  readonly remarks: readonly string[];
}
