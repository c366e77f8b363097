import { CommitConflict } from '@flovyn/engine';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Column, bool, bytes, float8, int2, int4, int8, text, uuid } from '../src/lane/columns.js';
import { Lane } from '../src/lane/lane.js';
import { type Statement, call } from '../src/lane/statement.js';
import { rowsOf, statementOf } from '../src/statements/shapes.js';
import { holdingProxy } from './holding-proxy.js';
import { type TestDatabase, createTestDatabase } from '../src/testing/index.js';

interface Sample {
  readonly bool: boolean;
  readonly bytes: string | null;
  readonly int2: number;
  readonly int4: number | undefined;
  readonly int8: number | null;
  readonly float8: number | undefined;
  readonly text: string | null;
  readonly uuid: string | undefined;
}

const columns: readonly Column<Sample>[] = [
  bool('bool', (row) => row.bool),
  bytes('bytes', (row) => row.bytes),
  int2('int2', (row) => row.int2),
  int4('int4', (row) => row.int4),
  int8('int8', (row) => row.int8),
  float8('float8', (row) => row.float8),
  text('text', (row) => row.text),
  uuid('uuid', (row) => row.uuid),
];

const echo: Statement<Sample> = {
  ...statementOf(
    'echo',
    columns,
    (rows) => `select bool, encode(bytes, 'hex') as bytes, int2, int4, int8, float8, text, uuid from (${rows}) as n`,
  ),
  reads: true,
};

const fine: Sample = { bool: true, bytes: '', int2: 1, int4: 1, int8: 1, float8: 1, text: '', uuid: undefined };

const note: Statement<string> = {
  name: 'note',
  sql: `insert into note (word) ${rowsOf([text<string>('word', (word) => word)])}`,
  columns: [text('word', (word) => word)],
};
const sleep: Statement<number> = {
  name: 'sleep',
  sql: 'select pg_sleep(s) from unnest($1::float8[]) as s',
  columns: [float8('s', (seconds) => seconds)],
};
const statements: readonly Statement[] = [echo, note, sleep];

describe('the lane', () => {
  let database: TestDatabase;
  let admin: pg.Client;
  const warnings: string[] = [];
  const lanes: Lane[] = [];

  async function openLane(timeLimitMs = 5_000, connection: pg.ClientConfig = database.connection): Promise<Lane> {
    const lane = new Lane({
      connection: { ...connection, application_name: 'lane' },
      statements,
      greet: async () => 'a life',
      warn: (message) => warnings.push(message),
      timeLimitMs,
    });
    await lane.open();
    lanes.push(lane);
    return lane;
  }

  const cut = () =>
    admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lane'`);
  const words = async () =>
    (await admin.query<{ word: string }>('select word from note order by word')).rows.map(({ word }) => word);

  beforeAll(async () => {
    database = await createTestDatabase();
    admin = new pg.Client(database.connection);
    await admin.connect();
    await admin.query('create table note (word text primary key)');
  });

  afterAll(async () => {
    for (const lane of lanes) await lane.close();
    await admin.end();
    await database.drop();
  });

  test('carries every value in binary, whole and in order', async () => {
    const lane = await openLane();
    const withoutZero = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
    const sample = fc.record<Sample>({
      bool: fc.boolean(),
      bytes: fc.option(fc.string({ unit: 'binary' })),
      int2: fc.integer({ min: -32_768, max: 32_767 }),
      int4: fc.option(fc.integer(), { nil: undefined }),
      int8: fc.option(fc.maxSafeInteger()),
      float8: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
      text: fc.option(fc.oneof(fc.string(), withoutZero)),
      uuid: fc.option(fc.uuid(), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { maxLength: 50 }), async (samples) => {
        const [rows] = await lane.read('echoing', [call(echo, samples)]);
        const seen = rows?.map((row) => ({
          bool: row['bool'] === 't',
          bytes: row['bytes'] === null ? null : Buffer.from(row['bytes'] ?? '', 'hex').toString(),
          int2: Number(row['int2']),
          int4: row['int4'] === null ? undefined : Number(row['int4']),
          int8: row['int8'] === null ? null : Number(row['int8']),
          float8: row['float8'] === null ? undefined : Number(row['float8']),
          text: row['text'],
          uuid: row['uuid'] ?? undefined,
        }));
        expect(seen).toEqual(samples);
      }),
      // A single row travels in a form of its own.
      { numRuns: 60, examples: [[[fine]], [[{ ...fine, bytes: null, int4: undefined, text: null }]]] },
    );
  });

  test('refuses what is no UUID and no whole number before anything is sent', async () => {
    const lane = await openLane();
    for (const wrong of [{ uuid: 'x' }, { uuid: `${'0'.repeat(35)}g` }, { int8: 0.5 }, { int8: 2 ** 60 }]) {
      await expect(lane.read('echoing', [call(echo, [{ ...fine, ...wrong }])])).rejects.toThrow('Broken invariant');
    }
    expect(await lane.read('echoing', [call(echo, [fine])])).toHaveLength(1);
  });

  test('R03 a group that fails stores nothing of it, and the next one goes through', async () => {
    const lane = await openLane();
    await lane.write('noting', [call(note, ['first'])]);
    const group = [call(note, ['second']), call(note, ['first']), call(note, ['third'])];
    await expect(lane.write('noting', group)).rejects.toBeInstanceOf(CommitConflict);
    expect(await words()).toEqual(['first']);
    await lane.write('noting', [call(note, ['fourth'])]);
    expect(await words()).toEqual(['first', 'fourth']);
  });

  test('R36 a connection lost while nothing is under way is heard of once, by the next call', async () => {
    const lane = await openLane();
    await cut();
    await expect.poll(() => warnings.length).toBeGreaterThan(0);
    await expect(lane.write('noting', [call(note, ['unheard'])])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await lane.write('noting', [call(note, ['after'])]);
    expect(await words()).toContain('after');
    expect(await words()).not.toContain('unheard');
  });

  test('R36 a connection lost in the middle of a group fails that group, and only that one', async () => {
    const lane = await openLane();
    const underWay = lane.write('sleeping', [call(sleep, [30])]).catch((error: unknown) => error);
    await expect
      .poll(async () => {
        const active = `select from pg_stat_activity where application_name = 'lane' and wait_event = 'PgSleep'`;
        return (await admin.query(active)).rowCount;
      })
      .toBe(1);
    await cut();
    expect(await underWay).toMatchObject({ code: 'UNAVAILABLE' });
    await lane.write('noting', [call(note, ['healed'])]);
    expect(await words()).toContain('healed');
  });

  test('R36 a connection lost in the same breath as an answer is heard of by the next call', async () => {
    const proxy = await holdingProxy({ host: admin.host, port: admin.port });
    const { user, database: name, password } = admin;
    const lane = await openLane(10_000, { user, database: name, password, host: '127.0.0.1', port: proxy.port });
    proxy.hold();
    const stored = lane.write('noting', [call(note, ['stored'])]);
    await expect.poll(words).toContain('stored');
    await cut();
    await proxy.ended;
    proxy.release();
    await stored;
    await expect(lane.write('noting', [call(note, ['stale'])])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await lane.write('noting', [call(note, ['fresh'])]);
    expect(await words()).toContain('fresh');
    proxy.close();
  });

  test('a group that takes too long is given up, with its connection', async () => {
    const lane = await openLane(200);
    await expect(lane.write('sleeping', [call(sleep, [30])])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await lane.write('noting', [call(note, ['in time'])]);
    expect(await words()).toContain('in time');
  });

  test('a database that cannot be reached at first is said at once', async () => {
    const lane = new Lane({
      // Nobody listens there: the port is reserved.
      connection: { host: '127.0.0.1', port: 1 },
      statements,
      greet: async () => '',
      warn: () => {},
      timeLimitMs: 1_000,
    });
    await expect(lane.open()).rejects.toThrow('ECONNREFUSED');
  });
});
