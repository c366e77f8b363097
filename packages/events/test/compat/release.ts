import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Contract } from '@flovyn/contract-check';

import { judgeChanges } from './gate.js';

/** A release that must not be written. */
export class ReleaseRefused extends Error {
  override readonly name = 'ReleaseRefused';
}

/**
 * Writes the snapshot of a version, and gives its path.
 *
 * @throws {ReleaseRefused} if that version is released already, or breaks an earlier one of the same major version.
 */
export function writeRelease(contract: Contract, earlier: ReadonlyMap<string, Contract>, folder: string): string {
  const { version } = contract.manifest;
  const file = join(folder, `${version}.json`);
  if (existsSync(file)) {
    throw new ReleaseRefused(
      `${version} is released, and a release never changes: raise the version in src/version.ts.`,
    );
  }
  const sameMajor = new Map([...earlier].filter(([name]) => majorOf(name) === majorOf(version)));
  const broken = judgeChanges(contract, sameMajor, { isMajor: false, reviewed: [] }).find(({ blocking }) =>
    blocking.some((difference) => difference.class === 'breaking'),
  );
  if (broken !== undefined)
    throw new ReleaseRefused(`${version} breaks ${broken.against}: it has to be a major version.`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(contract, null, 2)}\n`);
  return file;
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? version;
}
