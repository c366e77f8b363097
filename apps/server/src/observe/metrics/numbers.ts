import { Counter, Gauge, type Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

/** One number of a metric. */
export type Numbered = readonly [number: number, labels?: Labels | undefined];

export interface Described {
  readonly name: string;
  /** A sentence for those who look at the number. */
  readonly help: string;
  readonly labelNames?: readonly string[];
}

/** Buckets for durations, in seconds: from a commit to a call that waits for something. */
export const SECONDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * A counter that is read where it is counted: whoever counts adds to a number of its own, and `read` is asked when somebody
 * looks.
 */
export function addCounter(registry: Registry, described: Described, read: () => Iterable<Numbered>): void {
  const counter: Counter = new Counter({
    ...described,
    labelNames: [...(described.labelNames ?? [])],
    registers: [registry],
    collect() {
      counter.reset();
      for (const [number, labels = {}] of read()) counter.inc({ ...labels }, number);
    },
  });
}

/** A number that rises and falls. What cannot be read at the moment is left out. */
export function addGauge(
  registry: Registry,
  described: Described,
  read: () => Iterable<Numbered> | Promise<Iterable<Numbered>>,
): void {
  const gauge: Gauge = new Gauge({
    ...described,
    labelNames: [...(described.labelNames ?? [])],
    registers: [registry],
    async collect() {
      const numbers = await read();
      gauge.reset();
      for (const [number, labels = {}] of numbers) gauge.set({ ...labels }, number);
    },
  });
}

/** A number for each of some words, all there from the beginning. */
export function countsOf<Word extends string>(words: readonly Word[]): Record<Word, number> {
  return Object.fromEntries(words.map((word) => [word, 0])) as Record<Word, number>;
}
