import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { type House, openHouse } from './support/house.js';
import { backendsOf, postmasterOf } from './support/postgres.js';
import { beginTelling, expectSurvived } from './support/survival.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

async function postmaster(): Promise<number> {
  return eventually('a running PostgreSQL', () => postmasterOf(house.dataDir));
}

const isHealthy = async (): Promise<boolean> => (await fetch(`${house.http}/_/health`)).status === 200;

describe('R04 PostgreSQL is killed in mid-stream', () => {
  it('as a whole', async () => {
    const told = await beginTelling(house);
    const before = await postmaster();
    process.kill(before, 'SIGKILL');
    const { attempts } = await expectSurvived(house, told);
    expect(attempts).toEqual([1, 1]);
    expect(await postmaster()).not.toBe(before);
    await eventually('health', isHealthy);
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
    for (const output of [80, 140, 200]) {
      await told.reader.output(output);
      const before = await postmaster();
      process.kill(before, 'SIGKILL');
      await eventually('another PostgreSQL', async () => (await postmaster()) !== before && (await isHealthy()));
    }
    await expectSurvived(house, told);
    await eventually('health', isHealthy);
  });

  it('together with the server', async () => {
    const told = await beginTelling(house);
    const database = await postmaster();
    await Promise.all([process.kill(database, 'SIGKILL'), house.server.end('SIGKILL')]);
    await house.startServer();
    const { attempts } = await expectSurvived(house, told);
    expect(attempts).toEqual([1, 1]);
  });
});
