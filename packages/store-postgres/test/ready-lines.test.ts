import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, createTestDatabase } from '../src/testing/index.js';
import { readyCountsSql, readyLinesSql } from '../src/work.js';

interface Explained {
  readonly Plan: { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number };
}

describe('lines of ready work', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client(database.connection);
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const fill = (line: string, count: number) =>
    client.query(
      `insert into flovyn.ready (id, execution_id, org_id, score, type, queue, kind)
       select gen_random_uuid(), gen_random_uuid(), '00000000-0000-4000-8000-000000000001', i, 2, 'default', $1
       from generate_series(1, $2::int) as i`,
      [line, count],
    );

  /** How many pages the database looks at. */
  async function pages(sql = readyLinesSql, limits = [100]): Promise<number> {
    // Bound as the pool's readers do it; the planner sees the limit.
    const { rows } = await client.query<{ 'QUERY PLAN': readonly Explained[] }>(
      `explain (analyze, buffers, format json) ${sql}`,
      limits,
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
  }

  test('are found without walking over the work that stands in them', async () => {
    // The first time, the planner and the database look at more than the rows.
    await pages();
    expect(await pages()).toBeLessThan(10);
    await fill('export', 100_000);
    for (const line of ['import', 'mail']) await fill(line, 1_000);
    // Once as the planner knows the empty table, and once as it knows the full one.
    expect(await pages()).toBeLessThan(60);
    await client.query('vacuum analyze flovyn.ready');
    expect(await pages()).toBeLessThan(60);
  });

  test('are counted without looking at more than is counted', async () => {
    const few = await pages(readyCountsSql, [100, 10]);
    expect(few).toBeLessThan(100);
    expect(await pages(readyCountsSql, [100, 10_000])).toBeGreaterThan(few);
  });

  test('are found without walking over the remains of work that is gone', async () => {
    await client.query(`delete from flovyn.ready where kind = 'export' and score > 1`);
    expect(await pages()).toBeLessThan(60);
  });
});
