import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Contract } from '@flovyn/contract-check';
import { readVersion } from '@flovyn/contract-check/files';

const contract = join(import.meta.dirname, '../../contract');
/** Where every released version of the contract is kept, for ever. */
export const RELEASED = join(contract, 'released');
/** Stored samples. */
export const GOLDEN = join(contract, 'golden');
const CHANGESETS = join(import.meta.dirname, '../../../../.changeset');

/** The contract as it is in the working tree. */
export function today(): Promise<Contract> {
  return contractAt(contract);
}

/** Every version that was released, by its name. */
export async function released(): Promise<ReadonlyMap<string, Contract>> {
  const files = existsSync(RELEASED) ? readdirSync(RELEASED).filter((file) => file.endsWith('.json')) : [];
  const versions = files.toSorted().map(async (file): Promise<[string, Contract]> => {
    return [file.replace(/\.json$/, ''), await contractAt(join(RELEASED, file))];
  });
  return new Map(await Promise.all(versions));
}

/** The notes about changes that are not released yet. */
export const changesets = CHANGESETS;

async function contractAt(path: string): Promise<Contract> {
  const version = await readVersion(path);
  if (version.kind !== 'contract') throw new Error(`${path} holds no contract.`);
  return version.contract;
}
