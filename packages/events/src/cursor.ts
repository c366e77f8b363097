/** A place in a stream: the entry numbered `seq` in the numbering called `epoch`. */
export interface Cursor {
  /** Names one unbroken numbering: 1 to 64 of the characters `A-Z a-z 0-9 _ -`. */
  readonly epoch: string;
  /** Number of an entry, from 1; 0 stands before the first one. */
  readonly seq: number;
}

/** What a cursor looks like as text. */
export const CURSOR = /^([A-Za-z0-9_-]{1,64})\.(0|[1-9][0-9]{0,15})$/;

/** A cursor as text, `<epoch>.<seq>`: the `id` of an SSE entry. Readers keep it as it is and do not look inside. */
export function formatCursor(cursor: Cursor): string {
  return `${cursor.epoch}.${cursor.seq}`;
}

/** The cursor a text stands for; `undefined` when it is none, such as the bare number of another server. */
export function parseCursor(text: string): Cursor | undefined {
  const [, epoch, digits] = CURSOR.exec(text) ?? [];
  if (epoch === undefined || digits === undefined) return undefined;
  const seq = Number(digits);
  return Number.isSafeInteger(seq) ? { epoch, seq } : undefined;
}
