import type { OrgId } from '@flovyn/engine';
import { isUuid } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import { v5 as uuidV5 } from 'uuid';
import { storable } from '../requests/fields.js';

const LONGEST_NAME = 255;

/** Workers say their name with every poll, and an id costs a hash. More of them than one process is polled by. */
const idsOfNames = new LRUCache<string, string>({ max: 10_000 });

/** What a worker calls itself, as it is kept. */
export function workerName(text: string): string {
  return text === '' ? 'worker' : storable(text.slice(0, LONGEST_NAME));
}

/**
 * The id of a worker by what it says it is. Some say their name, some the id they were given, so both must lead to one
 * worker: a name that is a UUID is an id. One name is one worker, also after a restart of either side.
 */
export function workerIdOf(text: string, orgId: OrgId): string {
  if (isUuid(text)) return text.toLowerCase();
  const name = workerName(text);
  const key = `${orgId} ${name}`;
  let id = idsOfNames.get(key);
  if (id === undefined) idsOfNames.set(key, (id = uuidV5(name, orgId)));
  return id;
}
