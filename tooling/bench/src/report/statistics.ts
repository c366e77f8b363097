/** The middle of some numbers; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return (quantile(values, 0.5, 'floor') + quantile(values, 0.5, 'ceil')) / 2;
}

/** The value below which a share of the numbers lies: 0.99 gives p99. Not interpolated: it is a number that was measured. */
export function percentile(values: readonly number[], share: number): number {
  return quantile(values, share, 'ceil');
}

function quantile(values: readonly number[], share: number, round: 'floor' | 'ceil'): number {
  if (values.length === 0) throw new Error('Nothing was measured');
  const sorted = Float64Array.from(values).toSorted();
  const index = Math.min(sorted.length - 1, Math[round](share * (sorted.length - 1)));
  return sorted[index] ?? Number.NaN;
}
