import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from '../house/child.js';
import { type CpuUse, cpuMeter } from '../house/cpu.js';
import { openDatabase } from '../house/database.js';
import { startServer } from '../house/server.js';
import type { ForeignOrders } from '../programs/foreign-workers.js';
import type { Result } from '../report/result.js';
import type { Context } from './context.js';

const WORKERS = 100;
const READ_MS = 20_000;
/** Everybody has registered by then, and what begins with a start or a registration is over. */
const SETTLE_MS = 6_000;
/** Their polls are held as long as they ever are by then. */
const LONG_IDLE_MS = 50_000;

/** What an idle server uses: shares of a core, and transactions per second. */
interface Use {
  readonly server: number;
  readonly database: number;
  readonly transactions: number;
}

/** IDLE: what workers cost that wait for work by polling, when there is none. */
export async function measureIdle(context: Context): Promise<Result[]> {
  const readMs = context.short(READ_MS);
  const directory = await mkdtemp(join(tmpdir(), 'flovyn-idle-'));
  const dataDir = join(directory, 'data');
  const server = await startServer({ dataDir });
  const database = await openDatabase(dataDir);
  const foreign = await startChild<ForeignOrders>('foreign-workers');
  const cpu = cpuMeter({ server: server.pid }, server.pid);
  try {
    const use = async (settleMs = SETTLE_MS): Promise<Use> => {
      await pause(context.short(settleMs));
      const [before, transactions, begun] = [cpu(), await database.transactions(), performance.now()];
      await pause(readMs);
      return perSecond(before, cpu(), (await database.transactions()) - transactions, performance.now() - begun);
    };
    const polled = async (queues: readonly string[], settleMs?: number): Promise<Use & { readonly note: string }> => {
      await foreign.ask('begin', { port: server.grpcPort, count: WORKERS, queues });
      const [callsBefore, begun] = [await foreign.ask('calls'), performance.now()];
      const used = await use(settleMs);
      const calls = ((await foreign.ask('calls')) - callsBefore) * (1_000 / (performance.now() - begun));
      await foreign.ask('close');
      return { ...used, note: `${Math.round(calls)} calls/s since they began` };
    };
    const apart = Array.from({ length: WORKERS }, (_, index) => `bench-idle-${index}`);
    const nobody = await use();
    const fresh = await polled(apart);
    const long = await polled(apart, LONG_IDLE_MS);
    const together = await polled(['bench-idle'], LONG_IDLE_MS);
    return [
      ...resultsOf(`${WORKERS} workers that have just begun, on ${WORKERS} queues`, fresh, nobody),
      ...resultsOf(`${WORKERS} idle workers on ${WORKERS} queues`, long, nobody),
      ...resultsOf(`${WORKERS} idle workers on one queue`, together, nobody),
    ];
  } finally {
    await foreign.stop();
    await database.close();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function perSecond(before: CpuUse, after: CpuUse, transactions: number, ms: number): Use {
  const share = (part: string): number => (((after[part] ?? 0) - (before[part] ?? 0)) * 100_000) / ms;
  return { server: share('server'), database: share('database'), transactions: (transactions * 1_000) / ms };
}

function resultsOf(measure: string, use: Use & { readonly note: string }, nobody: Use): Result[] {
  const floor = (value: number): Result['floor'] => ({ name: 'nobody there', values: [value] });
  const share = { row: 'IDLE', unit: '% of a core' } as const;
  return [
    { ...share, measure: `${measure}: server`, values: [use.server], floor: floor(nobody.server), note: use.note },
    { ...share, measure: `${measure}: database`, values: [use.database], floor: floor(nobody.database) },
    {
      row: 'IDLE',
      unit: 'queries/s',
      measure: `${measure}: database`,
      values: [use.transactions],
      floor: floor(nobody.transactions),
    },
  ];
}
