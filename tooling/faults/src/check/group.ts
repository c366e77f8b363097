/** Values by what they belong to, each group in the order of the values. */
export function groupBy<Value>(values: Iterable<Value>, keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** The first place where numbers are not 1, 2, 3 and so on; `undefined` when they are. */
export function holeIn(numbers: readonly number[]): string | undefined {
  const index = numbers.findIndex((number, place) => number !== place + 1);
  return index === -1 ? undefined : `${numbers[index]} where ${index + 1} was next`;
}
