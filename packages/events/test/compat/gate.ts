import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { type Contract, type Difference, classifyContract } from '@flovyn/contract-check';

/** A difference no program can judge, and what somebody found when they looked. */
export interface Reviewed {
  readonly path: string;
  readonly kind: string;
  readonly why: string;
}

export interface Verdict {
  readonly against: string;
  readonly differences: readonly Difference[];
  /** What keeps the build from passing. */
  readonly blocking: readonly Difference[];
}

/**
 * What changed since each released version, and whether that may be merged: what breaks needs a major changeset, what only
 * a human can judge needs one that has.
 */
export function judgeChanges(
  contract: Contract,
  releasedVersions: ReadonlyMap<string, Contract>,
  { isMajor, reviewed }: { readonly isMajor: boolean; readonly reviewed: readonly Reviewed[] },
): readonly Verdict[] {
  const isReviewed = ({ path, kind }: Difference): boolean =>
    reviewed.some((one) => one.path === path && one.kind === kind);
  return [...releasedVersions].map(([against, old]) => {
    const { differences } = classifyContract(old, contract);
    const blocking = differences.filter((difference) => {
      if (isMajor) return false;
      return difference.class === 'breaking' || (difference.class === 'needs-a-human' && !isReviewed(difference));
    });
    return { against, differences, blocking };
  });
}

/** Whether a note in the folder announces a major version of this package. */
export function hasMajorChangeset(folder: string): boolean {
  const notes = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md');
  return notes.some((file) => {
    const [, front = ''] = readFileSync(join(folder, file), 'utf8').split(/^---$/m);
    return /^['"]?@flovyn\/events['"]?:\s*major\s*$/m.test(front);
  });
}

/** What people have looked at, from `contract/reviewed.json`; nothing when there is no such file. */
export function readReviewed(file: string): readonly Reviewed[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Reviewed[]) : [];
}
