/** A reason not to go on that the person at the terminal can act on: it is printed without a stack. */
export class Refusal extends Error {
  /** @override */
  name = 'Refusal';
}
