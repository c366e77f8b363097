import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

import type { Contract } from '../contract/contract.js';
import { isObject } from '../json.js';
import type { JsonSchema } from '../schema/document.js';
import { hashGolden } from './golden.js';
import { readModule } from './module.js';
import { type Version, VersionError } from './version.js';

const MODULES = ['.js', '.mjs', '.cjs', '.ts', '.mts'];

/**
 * Reads one version: a JSON Schema or a snapshot of a contract (`.json` with `manifest` and `schema`), a folder with
 * `manifest.json`, one `*.schema.json` and, if there are samples, `golden/`, or a module that exports a zod schema
 * (`file.js`, or `file.js#name` when it exports several).
 *
 * @throws {VersionError} if it is none of these.
 */
export async function readVersion(path: string): Promise<Version> {
  const [file = path, exported] = path.split('#');
  if (!existsSync(file)) throw new VersionError(`${file} does not exist.`);
  if (statSync(file).isDirectory()) return readFolder(file);
  if (MODULES.includes(extname(file))) return { kind: 'schema', name: path, schema: await readModule(file, exported) };
  const value = readJson(file);
  if (isObject(value) && isObject(value['manifest']) && 'schema' in value) {
    return { kind: 'contract', name: file, contract: value as unknown as Contract };
  }
  return { kind: 'schema', name: file, schema: value as JsonSchema };
}

/**
 * Reads every version at a path: that of {@link readVersion}, or each `.json` of a folder of released snapshots.
 *
 * @throws {VersionError} if there is none.
 */
export async function readVersions(path: string): Promise<readonly Version[]> {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  if (!isFolder || existsSync(join(path, 'manifest.json'))) return [await readVersion(path)];
  const files = readdirSync(path).filter((file) => file.endsWith('.json'));
  if (files.length === 0) throw new VersionError(`${path} holds no snapshot.`);
  return Promise.all(files.toSorted().map((file) => readVersion(join(path, file))));
}

function readFolder(folder: string): Version {
  const manifest = join(folder, 'manifest.json');
  const [schema, ...others] = readdirSync(folder).filter((file) => file.endsWith('.schema.json'));
  if (!existsSync(manifest) || schema === undefined || others.length > 0) {
    throw new VersionError(`${folder} is no contract: it has no manifest.json, or not exactly one *.schema.json.`);
  }
  const golden = join(folder, 'golden');
  const contract = {
    manifest: readJson(manifest),
    schema: readJson(join(folder, schema)),
    ...(existsSync(golden) && { golden: hashGolden(golden) }),
  };
  return { kind: 'contract', name: basename(folder), contract: contract as Contract };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new VersionError(`${file} is not JSON.`, { cause: error });
  }
}
