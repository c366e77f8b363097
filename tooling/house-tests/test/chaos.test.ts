import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Child } from './support/child.js';
import { eventually } from './support/conditions.js';
import { type House, openHouse } from './support/house.js';
import { backendsOf } from '@flovyn/testing';
import { postmasterOf } from './support/postgres.js';
import { readStream } from './support/raw-stream.js';
import { type Reader, follow } from './support/reader.js';
import { expectSoundHistory, expectWhole, outputOf } from './support/story.js';

const KILLS = 8;
const TOKENS = 120;

let house: House;
const workers: Child[] = [];
beforeAll(async () => {
  house = await openHouse({ environment: { SESSION_LEASE: '3s' } });
  workers.push(await house.startWorker(), await house.startWorker());
});
afterAll(() => house.close());

const isHealthy = async (): Promise<boolean> => {
  const response = await fetch(`${house.http}/_/health`).catch(() => undefined);
  return response?.status === 200;
};

async function killWorker(index: number): Promise<void> {
  await workers[index]?.end('SIGKILL');
  workers[index] = await house.startWorker();
}

async function killDatabase(part: 'whole' | 'backend'): Promise<void> {
  const postmaster = await eventually('a running PostgreSQL', () => postmasterOf(house.dataDir));
  const backends = await backendsOf(postmaster);
  process.kill(part === 'whole' ? postmaster : (backends.at(-1) ?? postmaster), 'SIGKILL');
}

async function restartServer(): Promise<void> {
  await house.server.end('SIGKILL');
  await house.startServer();
}

const mishaps: readonly (readonly [name: string, happen: () => Promise<unknown>])[] = [
  ['worker', () => killWorker(0)],
  ['other worker', () => killWorker(1)],
  ['server', restartServer],
  ['database', () => killDatabase('whole')],
  ['backend', () => killDatabase('backend')],
  ['database and server', () => killDatabase('whole').then(restartServer)],
  ['worker and server', () => Promise.all([killWorker(0), restartServer()])],
];

/** A small generator of numbers that can be had again from its seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

it('whatever is killed, and in whatever order: every execution completes, and every log and reader is whole', async () => {
  const seed = Number(process.env['HOUSE_SEED'] ?? Date.now() % 1_000_000);
  const roll = dice(seed);
  const happened: string[] = [];
  const told: { id: string; reader: Reader }[] = [];
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const { id } = await house.client.workflows.start({
        kind: 'narrate-together',
        input: { tokens: TOKENS, paceMs: 10 },
        // With a key, a start whose answer was lost may be repeated.
        idempotencyKey: `chaos-${kill}`,
      });
      const reader = follow(house.client, { workflowExecutionId: id });
      told.push({ id, reader });
      await reader.output(10 + roll(60));
      const [name, happen] = mishaps[roll(mishaps.length)] ?? mishaps[0] ?? [];
      happened.push(name ?? 'nothing');
      await happen?.();
      await eventually('health', isHealthy);
    }
    for (const { id, reader } of told) {
      await reader.toEnd();
      await expectSoundHistory(house.client, id, 2);
      const { entries } = await readStream(`${house.org}/workflow-executions/${id}/stream`);
      expectWhole(entries);
      const { tasks } = await house.client.workflows.tasks(id);
      for (const { id: taskId, executionCount, status } of tasks) {
        expect(status).toBe('COMPLETED');
        expect(outputOf(entries, taskId, executionCount).length).toBeGreaterThan(0);
      }
      const seen = new Set(reader.entries.map((entry) => entry.id));
      const unseen = entries.flatMap((entry) => (seen.has(entry.id) ? [] : [entry.id]));
      expect(unseen, `Execution ${told.findIndex((each) => each.id === id)} was told ${reader.summary()}`).toEqual([]);
    }
  } catch (error) {
    throw new Error(`With HOUSE_SEED=${seed}: ${happened.join(', ')}`, { cause: error });
  }
});
