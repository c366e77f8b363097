import { createLocalWakeUps } from '@flovyn/engine';
import { expect, it, vi } from 'vitest';
import { createLog } from '../observe/log.js';
import { createClosers } from './closers.js';
import { createDoubts } from './doubts.js';
import { openNeighbours } from './open-neighbours.js';

const log = createLog('silent');
const failed = (name: string, error: unknown): void => {
  throw new Error(`${name} could not be closed`, { cause: error });
};

it('has none to speak of without NATS', async () => {
  const closers = createClosers();
  const none = await openNeighbours(undefined, createDoubts(), log, closers);
  const local = createLocalWakeUps();
  expect([none.port, none.degraded(), none.wakeUps(local)]).toEqual([undefined, {}, local]);
  await closers.closeAll(failed);
});

it('refuses an address that is none, and repeats no password', async () => {
  for (const url of ['http://me:secret@nats:4222', 'nats://', 'me:secret@nats', '']) {
    const opening = openNeighbours({ url, keepsCopies: false }, createDoubts(), log, createClosers());
    await expect(opening).rejects.toThrow(/^NATS__URL: (?!.*secret)/);
  }
});

it('R35 says why nobody is heard, and has everybody look until somebody is', async () => {
  const [doubts, closers] = [createDoubts(), createClosers()];
  const away = await openNeighbours({ url: 'nats://127.0.0.1:1', keepsCopies: false }, doubts, log, closers);
  const lookAtClaims = vi.fn<() => Promise<void>>(() => Promise.reject(new Error('no database')));
  away.watch({ lookAtClaims });
  await vi.waitFor(() => expect(away.degraded()['nats']).toMatch(/refused/i), { timeout: 20_000 });
  await vi.waitFor(() => expect(lookAtClaims.mock.calls.length).toBeGreaterThan(1), { timeout: 20_000 });
  doubts.close();
  await closers.closeAll(failed);
});
