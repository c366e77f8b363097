/** Whether a value holds everything that is wanted of it, and maybe more; lists must be equal in length. */
export function contains(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return Object.is(value, wanted);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(value) &&
      value.length === wanted.length &&
      wanted.every((each, index) => contains(value[index], each))
    );
  }
  return Object.entries(wanted).every(([key, each]) => contains((value as Record<string, unknown>)[key], each));
}

/** The same value with every text in it filled in. */
export function filled(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === 'string') return fill(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => filled(each, fill));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, fill)]));
}
