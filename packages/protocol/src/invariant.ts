/** States what must be true if the house is in order. Its failure is our fault and is answered as INTERNAL. */
export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${why}`);
}
