/**
 * The text of an answer of somebody else, who may send as much as they like (S22).
 *
 * @throws when it is longer than `mostBytes`; the rest of it is not read.
 */
export async function readWithin(response: Response, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`The answer has more than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Why somebody could not be asked, for the log. Never what was sent. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined };
  return cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : message;
}
