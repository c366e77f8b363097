import type { CommitBatch, Store } from '../ports/store.js';

/** What became of a commit whose answer was lost. */
export type Fate = 'stored' | 'not stored' | 'unknown';

/** As many executions of a batch as are looked at: one that can be told tells of all, for a batch is stored whole. */
const LOOKED_AT = 100;

/**
 * Looks whether a batch was stored. Every execution that a batch writes carries the batch's stamp until the next one
 * writes it; so it can only not be told when another process has gone on with all of them in the meantime.
 *
 * @throws {ServiceError} UNAVAILABLE when the store cannot be asked.
 */
export async function fateOf(batch: CommitBatch, store: Store): Promise<Fate> {
  if (batch.executions.length > 0) return fateOfExecutions(batch, store);
  if (batch.deleted.length > 0) return fateOfDeletions(batch, store);
  const [entry] = batch.entries;
  // What else there is - signs of life, lines of a log, expired hints - may be written twice.
  if (entry === undefined) return 'not stored';
  const [stored] = await store.streams.read(entry.executionId, entry.seq - 1, 1);
  if (stored === undefined) return 'not stored';
  return stored.event === entry.event && stored.ordinal === entry.ordinal && stored.taskId === entry.taskId
    ? 'stored'
    : 'unknown';
}

async function fateOfExecutions({ executions }: CommitBatch, store: Store): Promise<Fate> {
  const written = executions.slice(0, LOOKED_AT);
  const wanted = written.map(({ id }) => ({ id, taskIds: [], waits: [], keys: [] }));
  const loaded = await store.load(wanted, { lock: false });
  const found = new Map(loaded.executions.map((execution) => [execution.id, execution]));
  for (const { id, version, stamp } of written) {
    const execution = found.get(id);
    if (execution?.stamp === stamp) return 'stored';
    if ((execution?.version ?? 0) < version) return 'not stored';
  }
  return 'unknown';
}

/** Nothing is left of what was deleted, its stamp neither. Gone is gone, whoever did it. */
async function fateOfDeletions({ deleted }: CommitBatch, store: Store): Promise<Fate> {
  const wanted = deleted.slice(0, LOOKED_AT).map(({ id }) => ({ id, taskIds: [], waits: [], keys: [] }));
  const { executions } = await store.load(wanted, { lock: false });
  return executions.length === 0 ? 'stored' : 'not stored';
}
