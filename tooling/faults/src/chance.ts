/** Numbers that can be had again from their seed. */
export interface Chance {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from 0 to below `sides`. */
  roll(sides: number): number;
  between(least: number, most: number): number;
  pick<const Value>(values: readonly [Value, ...Value[]]): Value;
  /** Others, which do not disturb these. */
  fork(): Chance;
}

export function chanceOf(seed: number): Chance {
  // Of neighbouring seeds too, the first numbers have nothing in common.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const roll = (sides: number): number => Math.floor(next() * sides);
  return {
    next,
    roll,
    between: (least, most) => least + next() * (most - least),
    pick: (values) => values[roll(values.length)] ?? values[0],
    fork: () => chanceOf(roll(2 ** 31)),
  };
}
