import type { ExecutionId, Store } from '@flovyn/engine';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, createPostgresStore, startEmbeddedPostgres } from '../src/index.js';
import { batch, newEntry, newFact, newWrite, orgId } from './rows.js';

// A database of its own, because it is killed; and one that writes nothing to the disk by itself for as long as it can,
// so that what was not waited for is really lost.
const lazy = { wal_writer_delay: '10s', wal_writer_flush_after: '1GB' };

describe('lives of the database', () => {
  let dataDir: string;
  let server: EmbeddedPostgres;
  let store: Store;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'flovyn-life-'));
    server = await startEmbeddedPostgres({ dataDir, settings: lazy });
    store = await createPostgresStore({ connection: server.connection });
  });

  afterAll(async () => {
    await store.close();
    await server.stop();
    await rm(dataDir, { recursive: true });
  });

  const lifeOf = async (one: Store) => (await one.load([], { lock: false })).life;

  const patient = { timeout: 30_000 };

  /** Kills PostgreSQL and answers when it serves again and the store has told of the loss. */
  async function crash(): Promise<void> {
    await expect.poll(() => server.pid, patient).toBeDefined();
    if (server.pid !== undefined) process.kill(server.pid, 'SIGKILL');
    const codeOf = (error: { code: string }) => error.code;
    await expect.poll(() => lifeOf(store).catch(codeOf), patient).toBe('UNAVAILABLE');
    await expect.poll(() => lifeOf(store).catch(codeOf), patient).not.toBe('UNAVAILABLE');
    await expect.poll(() => store.ping().then(() => 'there', codeOf), patient).toBe('there');
  }

  async function stored(): Promise<ExecutionId> {
    const write = newWrite({ sequence: 1 });
    const { id } = write;
    await store.commit(batch({ executions: [write], history: [newFact(id, 1)], entries: [newEntry(id, 1)] }));
    return id;
  }

  const seqs = async (id: ExecutionId) => (await store.streams.read(id, 0, 100)).map(({ seq }) => seq);

  test('R04 R21 a crash takes at most output that nothing was stored after, and begins another life', async () => {
    const before = await lifeOf(store);
    const [lost, kept] = [await stored(), await stored()];
    await store.commit(batch({ durability: 'output', entries: [newEntry(kept, 2), newEntry(kept, 3)] }));
    await store.commit(batch({ history: [newFact(kept, 2)] }));
    await store.commit(batch({ durability: 'output', entries: [newEntry(lost, 2), newEntry(lost, 3)] }));
    expect(await seqs(lost)).toEqual([1, 2, 3]);

    await crash();

    expect(await lifeOf(store)).not.toBe(before);
    expect(await seqs(kept)).toEqual([1, 2, 3]);
    expect(await store.queries.history(orgId, kept, {})).toHaveLength(2);
    expect(await seqs(lost)).toEqual([1]);
    expect(await store.queries.history(orgId, lost, {})).toHaveLength(1);
  });

  test('every store hears of the loss once, then meets the same new life', async () => {
    const other = await createPostgresStore({ connection: server.connection });
    expect(await lifeOf(other)).toBe(await lifeOf(store));
    await crash();
    await expect(other.commit(batch({ history: [], entries: [newEntry(await stored(), 2)] }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(await lifeOf(other)).toBe(await lifeOf(store));
    await other.close();
  });

  test('a clean restart is the same life', async () => {
    const before = await lifeOf(store);
    await store.close();
    await server.stop();
    server = await startEmbeddedPostgres({ dataDir, settings: lazy });
    store = await createPostgresStore({ connection: server.connection });
    expect(await lifeOf(store)).toBe(before);
  });
});
