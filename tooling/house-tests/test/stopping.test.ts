import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { type House, openHouse } from './support/house.js';
import { descendantsOf, isRunning } from '@flovyn/testing';
import { postmasterOf } from './support/postgres.js';
import { readStream } from './support/raw-stream.js';
import { beginTelling, expectSurvived } from './support/survival.js';

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

async function expectGone(pids: readonly number[]): Promise<void> {
  await eventually('the end of every process', async () => {
    const running = await Promise.all(pids.map(isRunning));
    return !running.includes(true);
  });
}

describe('a server that is asked to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s ends with 0, leaves no process, and keeps everything',
    async (signal) => {
      house = await openHouse();
      await house.startWorker();
      const finished = await house.client.tasks.start({ kind: 'narrate', input: { name: 'a', tokens: 5, paceMs: 0 } });
      const before = await readStream(`${house.org}/task-executions/${finished.id}/stream`);
      const told = await beginTelling(house);
      // Readers that just hang there: of a running execution, and of one that does not exist.
      const hanging = [told.id, '018f6b2e-0000-7000-8000-00000000dead'].map((id) =>
        readStream(`${house?.org ?? ''}/workflow-executions/${id}/stream`).catch((error: unknown) => error),
      );
      const below = await descendantsOf(house.server.pid);
      expect(below).toContain(await postmasterOf(house.dataDir));

      expect(await house.server.end(signal)).toBe(0);
      await expectGone(below);
      expect(await postmasterOf(house.dataDir)).toBeUndefined();
      await Promise.all(hanging);

      const from = performance.now();
      await house.startServer();
      const again = await readStream(`${house.org}/task-executions/${finished.id}/stream`);
      process.stdout.write(`The second start answered after ${Math.round(performance.now() - from)} ms.\n`);
      expect(again.entries).toEqual(before.entries);
      const { attempts } = await expectSurvived(house, told);
      expect(attempts).toEqual([1, 1]);
    },
  );

  it('twice is cut off, and still leaves no process', async () => {
    house = await openHouse();
    await house.startWorker();
    await beginTelling(house);
    const below = await descendantsOf(house.server.pid);
    house.server.signal('SIGTERM');
    house.server.signal('SIGTERM');
    await house.server.exited;
    await expectGone(below);
  });

  it('by SIGKILL leaves no process either, and the same data can be served again at once', async () => {
    house = await openHouse();
    const below = await descendantsOf(house.server.pid);
    const { id } = await house.client.tasks.start({ kind: 'nobody-does-this' });
    await house.server.end('SIGKILL');
    await house.startServer();
    await expectGone(below);
    expect(await house.client.tasks.get(id)).toMatchObject({ status: 'PENDING' });
  });
});

describe('a second server on the same data', () => {
  it('is refused by name, and the first goes on', async () => {
    house = await openHouse();
    const first = house.server;
    await expect(house.startServer()).rejects.toThrow(
      new RegExp(`in use by another Flovyn server \\(process ${first.pid}\\)`),
    );
    expect((await fetch(`${house.http}/_/health`)).status).toBe(200);
  });
});
