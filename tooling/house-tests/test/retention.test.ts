import { type Client, emptyLiveView, foldLiveView } from '@flovyn/client';
import { parseCursor } from '@flovyn/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { executionsOf } from './support/executions.js';
import { familyOf, membersOf, startDynasty, streamOf } from './support/family.js';
import { type House, openHouse } from './support/house.js';
import { openDatabase } from './support/postgres.js';
import { type Entry, type Reading, readStream } from './support/raw-stream.js';
import { follow } from './support/reader.js';

const HOUR_MS = 3_600_000;
/** What is kept of one stream while its execution is open. */
const LIMIT = 1_000;

let house: House;
beforeAll(async () => {
  house = await openHouse({
    environment: {
      STREAM_RETENTION: '48h',
      STREAM_RETENTION_OUTPUT: '24h',
      LIMITS__STREAM_ENTRIES_PER_EXECUTION: String(LIMIT),
    },
  });
  await house.startWorker();
});
afterAll(() => house.close());

/** As if everything had been written so much earlier. A server looks for what has expired when it starts. */
async function passTime(ms: number): Promise<void> {
  const database = await openDatabase(house.dataDir);
  await database.query('update flovyn.stream_entry set at = at - $1', [ms]);
  await database.end();
  await house.server.end();
  await house.startServer();
}

const seqOf = ({ id }: Entry): number => parseCursor(id)?.seq ?? 0;
const isNews = ({ frame }: Entry): boolean => frame.event.type === 'Event';

/** The numbers that a reader was told are missing, and why. */
function missingOf({ messages }: Reading): readonly (readonly [number, string])[] {
  return messages.flatMap((message) =>
    message.kind === 'gap'
      ? Array.from(
          { length: message.to - message.from + 1 },
          (_, index) => [message.from + index, message.reason] as const,
        )
      : [],
  );
}

/** Reads on from anywhere: what comes and what is said to be missing are the rest of the log, and what is kept comes. */
async function expectRest(url: string, log: readonly Entry[], isKept: (entry: Entry) => boolean): Promise<void> {
  const step = Math.max(1, Math.floor(log.length / 5));
  const cursors = [undefined, ...log.filter((_, index) => index % step === 0 || index >= log.length - 2)];
  for (const cursor of cursors) {
    const rest = log.slice(cursor === undefined ? 0 : log.indexOf(cursor) + 1);
    const reading = await readStream(url, { after: cursor?.id });
    if (rest.length === 0) {
      expect(reading.status).toBe(204);
      continue;
    }
    expect(reading.hasEnded).toBe(true);
    expect(reading.entries.map(({ id }) => id)).toEqual(rest.filter(isKept).map(({ id }) => id));
    expect(missingOf(reading)).toEqual(
      rest.filter((entry) => !isKept(entry)).map((entry) => [seqOf(entry), 'expired']),
    );
  }
}

describe('R21 what is kept no longer', () => {
  it('L13 is the oldest output of an open execution that said too much, and never news', async () => {
    const { path, open } = house.gate();
    const { start } = executionsOf(house);
    const id = await start('narrate-together', { tokens: 3 * LIMIT, paceMs: 0, gate: path });
    const live = follow(house.client, { workflowExecutionId: id });
    const late = await eventually('a gap', async () => {
      const reading = await readStream(streamOf(house, id), { entries: LIMIT - 100 });
      return missingOf(reading).length > 2 * LIMIT && reading;
    });
    expect(late.entries.filter(isNews).length).toBeGreaterThan(3);
    open();
    await live.toEnd();
    // Who falls behind by more than is kept is told what it missed.
    const missed = live.gaps.flatMap(({ from, to }) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index),
    );
    const whole = [...live.entries.map(({ frame }) => frame.seq), ...missed].toSorted((a, b) => a - b);
    expect(whole).toEqual(whole.map((_, index) => index + 1));
    expect(await house.client.workflows.get(id)).toMatchObject({ status: 'COMPLETED' });
    const after = await readStream(streamOf(house, id));
    const told = [...after.entries.map(seqOf), ...missingOf(after).map(([seq]) => seq)].toSorted((a, b) => a - b);
    expect(told).toEqual(whole);
    const news = live.entries.filter(({ frame }) => frame.event.type === 'Event');
    expect(after.entries.filter(isNews).map(seqOf)).toEqual(news.map(({ frame }) => frame.seq));
  });

  it('is said to be missing in its place: output first, then all but the ends, alone and as a family', async () => {
    const id = await startDynasty(house, { generations: 1, children: 2, tokens: 8, paceMs: 0 });
    const family = await readStream(familyOf(house, id));
    const members = await membersOf(house.client, id);
    const logs = new Map<string, readonly Entry[]>();
    for (const member of members) logs.set(member, (await readStream(streamOf(house, member))).entries);
    const histories = await Promise.all(members.map((member) => house.client.workflows.events(member)));
    const before = await house.client.workflows.get(id);
    await house.endWorkers();

    const expectKept = async (isKept: (entry: Entry) => boolean): Promise<void> => {
      await eventually('the expiry', async () => {
        const { entries } = await readStream(familyOf(house, id));
        return entries.length === family.entries.filter(isKept).length;
      });
      await expectRest(familyOf(house, id), family.entries, isKept);
      for (const [member, log] of logs) await expectRest(streamOf(house, member), log, isKept);
      // Histories and positions stay as they were.
      expect(await Promise.all(members.map((member) => house.client.workflows.events(member)))).toEqual(histories);
      expect((await house.client.workflows.get(id)).asOf).toEqual(before.asOf);
    };

    await passTime(25 * HOUR_MS);
    await expectKept(isNews);
    await passTime(25 * HOUR_MS);
    await expectKept(isEnd);
    await expectSeen(house.client, id);
  });
});

function isEnd({ frame: { event } }: Entry): boolean {
  return event.type === 'Event' && event.event === 'WORKFLOW_COMPLETED';
}

/** The library shows an execution of which only the end is kept: what became of it, and what is missing. */
async function expectSeen(client: Client, id: string): Promise<void> {
  let view = emptyLiveView;
  for await (const message of client.stream({ workflowExecutionId: id })) view = foldLiveView(view, message);
  expect(view).toMatchObject({ status: 'COMPLETED', gaps: [{ from: 1, reason: 'expired' }] });
}
