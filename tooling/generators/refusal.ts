/** What was asked for cannot be done. The message says why and what to do instead; nothing has been written. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
