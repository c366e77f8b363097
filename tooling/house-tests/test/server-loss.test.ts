import { afterAll, beforeAll, expect, it } from 'vitest';
import { type House, openHouse } from './support/house.js';
import { beginTelling, expectSurvived } from './support/survival.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

it('R04 a server that is killed in mid-stream goes on where it was; its worker and its readers come back', async () => {
  const told = await beginTelling(house);
  await house.server.end('SIGKILL');
  await house.startServer();
  const { attempts } = await expectSurvived(house, told);
  expect(told.reader.losses()).toBeGreaterThan(0);
  // The worker kept its claims: nothing was begun twice.
  expect(attempts).toEqual([1, 1]);
});

it('R04 killed three times in one execution, it still loses nothing', async () => {
  const told = await beginTelling(house);
  for (const output of [60, 120, 180]) {
    await told.reader.output(output);
    await house.server.end('SIGKILL');
    await house.startServer();
  }
  const { attempts } = await expectSurvived(house, told);
  expect(attempts).toEqual([1, 1]);
});

it('a server that is stopped in order in mid-stream asks everybody to come back', async () => {
  const told = await beginTelling(house);
  expect(await house.server.end('SIGTERM')).toBe(0);
  await house.startServer();
  const { attempts } = await expectSurvived(house, told);
  expect(told.reader.gaps).toEqual([]);
  expect(attempts).toEqual([1, 1]);
});

it('worker and server killed at once: a new pair finishes the work', async () => {
  const worker = await house.startWorker();
  const told = await beginTelling(house);
  await Promise.all([worker.end('SIGKILL'), house.server.end('SIGKILL')]);
  await house.startServer();
  await house.startWorker();
  await expectSurvived(house, told);
});
