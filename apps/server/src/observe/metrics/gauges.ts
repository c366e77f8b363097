import type { Engine } from '@flovyn/engine';
import type { Registry } from 'prom-client';
import { type Labels, addGauge } from './numbers.js';

/** 2 s: a look that takes longer is left out, so that the other numbers are there when the database is not. */
const LOOK_MS = 2_000;
/** 5 s: whoever asks more often is told the same again, and costs the database nothing. */
const KEPT_MS = 5_000;

export type Watched = Pick<Engine, 'backlog' | 'oldestWaitMs' | 'present' | 'waiting'>;

/** What the engine is like at the moment of a look. */
export function addGauges(registry: Registry, engine: Watched): void {
  addGauge(registry, { name: 'flovyn_backlog_changes', help: 'Changes that wait to be written.' }, () => [
    [engine.backlog().changes],
  ]);
  addGauge(
    registry,
    { name: 'flovyn_backlog_bytes', help: 'Roughly how much the changes hold that wait to be written.' },
    () => [[engine.backlog().bytes]],
  );
  addGauge(
    registry,
    { name: 'flovyn_backlog_oldest_wait_seconds', help: 'How long the oldest change has waited to be written.' },
    () => [[engine.oldestWaitMs() / 1_000]],
  );
  addGauge(registry, { name: 'flovyn_worker_sessions', help: 'Worker sessions that are connected.' }, () => [
    [engine.present().sessions],
  ]);
  addGauge(
    registry,
    {
      name: 'flovyn_unary_workers',
      help: 'Workers that make single calls and were heard of lately, one for each of their connections.',
    },
    () => [[engine.present().singles]],
  );
  addGauge(registry, { name: 'flovyn_polls_held', help: 'Polls of workers that wait for work.' }, () => [
    [engine.present().polls],
  ]);

  const look = keptFor(KEPT_MS, () => unlessSlow(LOOK_MS, engine.waiting()));
  const readyWork = async (which: 'ready' | 'unserved'): Promise<readonly (readonly [number, Labels])[]> => {
    const found = await look();
    return (['workflow', 'task'] as const).flatMap((type) =>
      found === undefined ? [] : [[found[type][which], { type }]],
    );
  };
  addGauge(
    registry,
    {
      name: 'flovyn_ready_work',
      help: 'Workflow executions and tasks that wait in the database for a worker, counted up to 10,000 of a kind in a queue.',
      labelNames: ['type'],
    },
    () => readyWork('ready'),
  );
  addGauge(
    registry,
    {
      name: 'flovyn_ready_work_unserved',
      help: 'The part of flovyn_ready_work that no worker of this process takes, because none has its kind in its queue.',
      labelNames: ['type'],
    },
    () => readyWork('unserved'),
  );
}

/** `undefined` when it fails or takes longer. Why is in the log of whoever failed. */
async function unlessSlow<Result>(limitMs: number, work: Promise<Result>): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), limitMs)));
  try {
    return await Promise.race([work, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The same answer for a while, and to all who ask at the same time. */
function keptFor<Result>(keptMs: number, ask: () => Promise<Result>): () => Promise<Result> {
  let kept: Promise<Result> | undefined;
  let until = 0;
  return () => {
    const now = performance.now();
    if (kept === undefined || now >= until) {
      until = now + keptMs;
      kept = ask();
    }
    return kept;
  };
}
