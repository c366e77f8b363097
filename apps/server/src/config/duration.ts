import ms, { type StringValue } from 'ms';

/**
 * Milliseconds of a duration as people write it: `500ms`, `6s`, `5m`, `2h`, `7d`. A bare number is seconds.
 *
 * @returns `undefined` when the text is no such duration.
 */
export function parseDuration(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (!/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text)) return undefined;
  return ms(text as StringValue);
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A duration as {@link parseDuration} takes it, in the largest unit that needs no fraction. */
export function writeDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0';
  const [unit, unitMs] = UNITS.find(([, each]) => milliseconds % each === 0) ?? ['ms', 1];
  return `${milliseconds / unitMs}${unit}`;
}
