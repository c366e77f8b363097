import { median } from './statistics.js';

export const rowNames = ['P1', 'P2', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P12', 'KILL', 'IDLE'] as const;
export type RowName = (typeof rowNames)[number];

/** One line of the table. */
export interface Result {
  readonly row: RowName;
  readonly measure: string;
  /** Of rates more is better, of all others less. */
  readonly unit: 'ms' | '/s' | '/s of a core' | 'KB' | 'MB' | '% of a core' | 'queries/s' | 'fresh steps';
  /** One value per run. */
  readonly values: readonly number[];
  /** What the parts below reached with the same work, in the same run: one value per run. */
  readonly floor?: { readonly name: string; readonly values: readonly number[] };
  readonly note?: string;
}

/** How far a result is from its floor: of a rate the share that was reached, of anything else how many times as much it took. */
export function ratio({ values, floor }: Result): number | undefined {
  if (floor === undefined) return undefined;
  // Value and floor of one run shared the machine's mood; so do ratios, not medians of each, cancel it.
  return median(values.map((value, run) => value / (floor.values[run] ?? Number.NaN)));
}
