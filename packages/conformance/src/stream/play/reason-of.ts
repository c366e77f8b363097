/** Why something went wrong, in words: a failed request says only that it failed, and why in its cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error ? `${message}: ${cause.message || cause.name}` : message;
}

/** 100 characters: of a page of somebody else's the beginning says enough. */
const SHORT = 100;

/** The beginning of a text, in one line. */
export function shortLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= SHORT ? line : `${line.slice(0, SHORT)}…`;
}
