import type { StreamEntry } from '@flovyn/engine';
import type { Selection } from './selection.js';

/** The entries a reader takes, as bytes; empty when it takes none of them. */
export function encodeEntries(entries: readonly StreamEntry[], selection: Selection): Buffer {
  let text = '';
  for (const entry of entries) {
    if (selection.takes(entry)) text += selection.encode(entry);
  }
  return Buffer.from(text);
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
