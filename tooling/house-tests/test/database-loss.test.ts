import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { type House, openHouse } from './support/house.js';
import { backendsOf } from '@flovyn/testing';
import { postmasterOf } from './support/postgres.js';
import { readStream } from './support/raw-stream.js';
import { follow } from './support/reader.js';
import { expectLegal, outputOf, tokensOf } from './support/story.js';
import { beginTelling, expectSurvived } from './support/survival.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

const isHealthy = async (): Promise<boolean> => (await fetch(`${house.http}/_/health`)).status === 200;

function postmaster(): Promise<number> {
  return eventually('a running PostgreSQL', () => postmasterOf(house.dataDir));
}

async function killPostmaster(): Promise<void> {
  const before = await postmaster();
  process.kill(before, 'SIGKILL');
  await eventually('another PostgreSQL', async () => (await postmaster()) !== before);
  await eventually('health', isHealthy);
}

describe('R04 PostgreSQL is killed in mid-stream', () => {
  it('as a whole', async () => {
    const told = await beginTelling(house);
    await killPostmaster();
    const { attempts } = await expectSurvived(house, told);
    expect(attempts).toEqual([1, 1]);
  });

  it('one process of it, which makes it recover from a crash', async () => {
    const told = await beginTelling(house);
    const [backend] = await backendsOf(await postmaster());
    if (backend === undefined) throw new Error('No backend of PostgreSQL was found.');
    process.kill(backend, 'SIGKILL');
    const { attempts } = await expectSurvived(house, told);
    expect(attempts).toEqual([1, 1]);
    await eventually('health', isHealthy);
  });

  it('three times in one execution', async () => {
    const told = await beginTelling(house);
    for (const output of [60, 120, 180]) {
      await told.reader.output(output);
      await killPostmaster();
    }
    const { attempts } = await expectSurvived(house, told);
    expect(attempts).toEqual([1, 1]);
  });

  it('together with the server', async () => {
    const told = await beginTelling(house);
    const database = await postmaster();
    process.kill(database, 'SIGKILL');
    await house.server.end('SIGKILL');
    await house.startServer();
    const { attempts } = await expectSurvived(house, told);
    expect(attempts).toEqual([1, 1]);
  });

  it('twice, while a reader is away: it is told what its cursor no longer means', async () => {
    const told = await beginTelling(house);
    const url = `${house.org}/workflow-executions/${told.id}/stream`;
    const before = await readStream(url, { entries: told.reader.entries.length });
    for (const output of [100, 180]) {
      await killPostmaster();
      await told.reader.output(output);
    }
    const after = readStream(url, { after: before.entries.at(-1)?.id });
    await expectSurvived(house, told);
    const { messages, entries } = await after;
    const gaps = messages.flatMap((message) => (message.kind === 'gap' ? [message] : []));
    const kept = before.entries.filter(
      ({ frame }) => !gaps.some(({ from, to }) => from <= frame.seq && frame.seq <= to),
    );
    const log = await readStream(url);
    expect([...kept, ...entries].map(({ id }) => id)).toEqual(log.entries.map(({ id }) => id));
  });

  it('output of a task that ends while it is away is stored, or told to be lost', async () => {
    const tokens = 60;
    const { id } = await house.client.tasks.start({ kind: 'narrate', input: { name: 'a', tokens, paceMs: 10 } });
    const reader = follow(house.client, { taskExecutionId: id });
    await reader.output(5);
    await killPostmaster();
    await reader.toEnd();
    const { entries } = await readStream(`${house.org}/task-executions/${id}/stream`);
    expectLegal(entries.map(({ frame }) => ({ kind: 'entry', frame })));
    const output = outputOf(entries, id, 1);
    const losses = output.flatMap((event) =>
      event.type === 'error' && event.code === 'STREAM_LOSS' ? [event.message] : [],
    );
    const lost = losses.reduce((sum, message) => sum + Number.parseInt(message, 10), 0);
    expect(output.length - losses.length + lost).toBe(tokens + tokens / 10);
    expect(new Set(tokensOf(output)).size).toBe(tokensOf(output).length);
    expect(await house.client.tasks.get(id)).toMatchObject({ status: 'COMPLETED', executionCount: 1 });
  });
});
