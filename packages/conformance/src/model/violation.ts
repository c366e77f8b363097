/** A promise that was broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws {Violation} always. */
export function violated(rule: string, message: string): never {
  throw new Violation(`${rule} broken: ${message}`);
}

/** @throws {Violation} unless `condition` holds. */
export function holds(condition: boolean, rule: string, message: () => string): asserts condition {
  if (!condition) violated(rule, message());
}
