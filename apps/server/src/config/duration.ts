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
