/** The members that have a value: a definition shows what was said and nothing else. */
export function present<T extends object>(config: T): Partial<T> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as Partial<T>;
}
