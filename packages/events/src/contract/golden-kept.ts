import { createHash } from 'node:crypto';

/** The golden files of one moment: the hash of each, by path. */
export type GoldenHashes = ReadonlyMap<string, string>;

/** What a golden file is remembered by: SHA-256 of its bytes, in hexadecimal. */
export function goldenHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The golden files that were changed or removed, as sentences; added ones are welcome.
 *
 * @param then - the files as they were, with the name of that moment.
 */
export function changedGolden(
  then: { readonly at: string; readonly hashes: GoldenHashes },
  now: GoldenHashes,
): string[] {
  return [...then.hashes].flatMap(([path, hash]) => {
    const held = now.get(path);
    if (held === hash) return [];
    const fault = held === undefined ? 'was removed' : 'was changed';
    return [`${path} ${fault} since ${then.at}: it is what someone stored, and may be added to but never edited.`];
  });
}
