/** A value as foreign workers send it: the bytes of its JSON text. */
export function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** A value out of the bytes of its JSON text; no bytes are null. */
export function fromBytes(bytes: Uint8Array): unknown {
  return bytes.length === 0 ? null : JSON.parse(toText(bytes));
}

export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
