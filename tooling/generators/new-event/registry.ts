import type { Files } from '../files.js';
import { Refusal } from '../refusal.js';
import { toUpperSnake } from '../words.js';

export const EVENTS = 'packages/events';

/** One entry of the registry, as it stands in its file. */
export interface Entry {
  readonly name: string;
  readonly entity: string;
  readonly file: string;
  /** What is between its braces. */
  readonly body: string;
}

/** Every entry, read from the text of the registry: also when the contract does not compile at the moment. */
export function readRegistry(files: Files): readonly Entry[] {
  const folder = `${EVENTS}/src/registry`;
  return files.list(folder).flatMap((name) => {
    const file = `${folder}/${name}`;
    const source = files.read(file);
    const entity = /defineStateEvents\('(\w+)', \{/.exec(source)?.[1];
    if (entity === undefined) return [];
    const entries = source.matchAll(/^ {2}([A-Z\d_]+): \{\n(.*?)^ {2}\},$/gms);
    return [...entries].map(([, event = '', body = '']) => ({ name: event, entity, file, body }));
  });
}

/** What stands behind a key of an entry. */
export function memberOf(entry: Entry, key: string): string {
  const found = new RegExp(`^ {4}${key}:\\s(.*?),\\n(?= {4}\\w|$)`, 'ms').exec(entry.body)?.[1];
  if (found === undefined) throw new Error(`${entry.name} has no ${key} in ${entry.file}.`);
  return found;
}

/** The entry of that name. */
export function entryOf(entries: readonly Entry[], name: string): Entry {
  const found = entries.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new Refusal(`There is no event ${name}. The names stand in ${EVENTS}/contract/EVENTS.md.`);
}

/** How the names of an entity's events begin. */
export function prefixOf(entity: string): string {
  return `${toUpperSnake(entity)}_`;
}

/**
 * The version of the contract that brings what is added now: the one in the making, or the next minor one when that was
 * released already.
 */
export function comingVersion(files: Files): string {
  const [, version = ''] = /CONTRACT_VERSION = '([\d.]+)'/.exec(files.read(`${EVENTS}/src/version.ts`)) ?? [];
  if (!files.list(`${EVENTS}/contract/released`).includes(`${version}.json`)) return version;
  const [major, minor] = version.split('.');
  return `${major}.${Number(minor) + 1}.0`;
}
