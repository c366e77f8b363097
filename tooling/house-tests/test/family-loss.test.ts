import { isStateEvent } from '@flovyn/events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { expectMerged, expectTold, familyOf, membersOf, startDynasty } from './support/family.js';
import { type House, openHouse } from './support/house.js';
import { postmasterOf } from './support/postgres.js';
import { readStream } from './support/raw-stream.js';
import { type Reader, followFamily } from './support/reader.js';

/** Three generations, each of which speaks for a second and a half. */
const dynasty = { generations: 2, children: 2, tokens: 120, paceMs: 12 };

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

interface Told {
  readonly id: string;
  readonly reader: Reader;
  finish(): void;
}

async function beginTelling(): Promise<Told> {
  const { path, open } = house.gate();
  const id = await startDynasty(house, { ...dynasty, gate: path });
  const reader = followFamily(house.client, id);
  await reader.output(100);
  return { id, reader, finish: open };
}

/** The log is whole, and the reader saw it; what it saw besides was output, and a gap has taken it back. */
async function expectSurvived({ id, reader, finish }: Told): Promise<void> {
  finish();
  await reader.toEnd();
  expect(await house.client.workflows.get(id)).toMatchObject({ status: 'COMPLETED' });
  const { entries: log } = await readStream(familyOf(house, id));
  const members = await membersOf(house.client, id);
  expect(members).toHaveLength(7);
  await expectMerged(house, log, members);
  await expectTold(house.client, log, members);

  const stored = new Map(log.map(({ id: cursor, frame }) => [cursor, JSON.stringify(frame)]));
  const isStored = ({ id: cursor = '', frame }: Reader['entries'][number]): boolean =>
    stored.get(cursor) === JSON.stringify(frame);
  const seen = reader.entries.filter(isStored);
  expect(seen.map((entry) => entry.id)).toEqual([...stored.keys()]);
  const lost = reader.entries.filter((entry) => !isStored(entry));
  expect(lost.filter(({ frame }) => isStateEvent(frame.event))).toEqual([]);
  const takenBack = reader.gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  expect(lost.length).toBeLessThanOrEqual(takenBack);
}

const postmaster = (): Promise<number> => eventually('a running PostgreSQL', () => postmasterOf(house.dataDir));

const isHealthy = async (): Promise<boolean> => (await fetch(`${house.http}/_/health`)).status === 200;

async function killPostmaster(): Promise<void> {
  const before = await postmaster();
  process.kill(before, 'SIGKILL');
  await eventually('another PostgreSQL', async () => (await postmaster()) !== before);
}

it('R04 a server that is killed in mid-stream: the stream of the family goes on where it was, without a gap', async () => {
  const told = await beginTelling();
  await house.server.end('SIGKILL');
  await house.startServer();
  await expectSurvived(told);
  expect(told.reader.losses()).toBeGreaterThan(0);
  expect(told.reader.gaps).toEqual([]);
});

it('R21 PostgreSQL killed in mid-stream, three times: nothing is missing without a word', async () => {
  const told = await beginTelling();
  for (const output of [200, 300, 400]) {
    await told.reader.output(output);
    await killPostmaster();
  }
  await expectSurvived(told);
});

it('R21 a reader who was away while PostgreSQL was killed is told what its cursor no longer means', async () => {
  const told = await beginTelling();
  const url = familyOf(house, told.id);
  const before = await readStream(url, { entries: told.reader.entries.length });
  for (const output of [200, 300]) {
    await killPostmaster();
    await eventually('health', isHealthy);
    await told.reader.output(output);
  }
  const after = readStream(url, { after: before.entries.at(-1)?.id });
  await expectSurvived(told);
  const { messages, entries } = await after;
  const gaps = messages.flatMap((message) => (message.kind === 'gap' ? [message] : []));
  const numberOf = (cursor: string): number => Number(cursor.split('.')[1]);
  const kept = before.entries.filter(
    ({ id }) => !gaps.some(({ from, to }) => from <= numberOf(id) && numberOf(id) <= to),
  );
  const log = await readStream(url);
  expect([...kept, ...entries].map(({ id }) => id)).toEqual(log.entries.map(({ id }) => id));
});
