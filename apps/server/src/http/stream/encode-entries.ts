import type { StreamEntry } from '@flovyn/engine';
import type { Selection } from './selection.js';

/** A UTF-16 unit takes at most so many bytes of UTF-8. */
const BYTES_PER_UNIT = 3;

/** Where entries are written before they are cut out. Writing never awaits, so one is enough for all readers. */
const scratch = Buffer.allocUnsafe(1_048_576);

/**
 * The entries a reader takes, as bytes; empty when it takes none of them.
 *
 * Entry by entry into one buffer: joining them as text first and encoding it whole took half as long again (measured with
 * 5,000 tokens: 1.3 instead of 0.9 us each).
 */
export function encodeEntries(entries: readonly StreamEntry[], selection: Selection): Buffer {
  const full: Buffer[] = [];
  let at = 0;
  const cutOut = (): void => {
    if (at > 0) full.push(Buffer.from(scratch.subarray(0, at)));
    at = 0;
  };
  for (const entry of entries) {
    if (!selection.takes(entry)) continue;
    const text = selection.encode(entry);
    const most = text.length * BYTES_PER_UNIT;
    if (at + most > scratch.length) cutOut();
    if (most > scratch.length) full.push(Buffer.from(text));
    else at += scratch.write(text, at);
  }
  cutOut();
  const [first] = full;
  return full.length === 1 && first !== undefined ? first : Buffer.concat(full);
}

// The entries of one commit are one array, handed to every reader of the execution: what one reader has had encoded, the
// others of the same selection send as it is. Gone with the array.
const shared = new WeakMap<readonly StreamEntry[], Map<string, Buffer>>();

/** Like `encodeEntries`, once for all readers of a commit. */
export function encodeCommit(entries: readonly StreamEntry[], selection: Selection): Buffer {
  let bySelection = shared.get(entries);
  if (bySelection === undefined) shared.set(entries, (bySelection = new Map()));
  let bytes = bySelection.get(selection.name);
  if (bytes === undefined) bySelection.set(selection.name, (bytes = encodeEntries(entries, selection)));
  return bytes;
}
