import { startChild } from '../house/child.js';
import type { House } from '../house/house.js';
import type { ByTurns, MortalWorkerOrders } from '../programs/mortal-worker.js';
import type { Result } from '../report/result.js';
import { median } from '../report/statistics.js';
import { FRESH } from '../work.js';
import type { Context } from './context.js';

const QUEUE = 'bench-mortal';
/** The step in whose task the first worker dies. */
const KILLED_AT = 1_500;
/** The steps before the kill, and after it, that are measured. */
const PART = 500;
/** Taken by turns: short against the moods of a machine, long against what changing over costs. */
const BLOCK = 10;

interface Measured {
  readonly before: ByTurns;
  readonly after: ByTurns;
  /** From the result that the next step waits for until that step is recorded: all of the history is played in between. */
  readonly replayMs: number;
  /** The same facts read from the database, and their JSON. */
  readonly readMs: number;
  readonly facts: number;
  readonly replays: number;
  /** From the last step of the one worker until the other one has its task. */
  readonly awayMs: number;
}

/**
 * KILL: a worker is killed far into a long sequence and replaced. What steps cost before and after, beside those of a fresh
 * workflow in the same worker, and what the replay in between costs.
 */
export async function measureKilledWorker(context: Context): Promise<Result[]> {
  const house = await context.house();
  const floor = await context.databaseFloor();
  const [killedAt, part] = [context.short(KILLED_AT), context.short(PART)];
  const runs: Measured[] = [];
  const commits: number[] = [];
  for (let run = 0; run < context.runs; run += 1) {
    runs.push(await measure(house, killedAt, part));
    commits.push(1_000 / (await floor.steps(1, context.short(700))));
  }
  const of = (value: (run: Measured) => number): number[] => runs.map(value);
  const commit = { name: 'its commit alone', values: commits };
  const before = `a step of the ${part} before the kill at ${killedAt}`;
  const after = `a step of the ${part} after the replay`;
  const freshBefore = of((run) => timesFresh(run.before));
  const freshAfter = of((run) => timesFresh(run.after));
  const last = runs.at(-1);
  const note =
    last === undefined
      ? ''
      : `${last.facts} facts, replayed ${last.replays} time(s); ${(last.awayMs / 1_000).toFixed(1)} s without a worker`;
  return [
    { row: 'KILL', measure: before, unit: 'ms', values: of((run) => stepMs(run.before)), floor: commit },
    { row: 'KILL', measure: after, unit: 'ms', values: of((run) => stepMs(run.after)), floor: commit },
    { row: 'KILL', measure: before, unit: 'fresh steps', values: freshBefore },
    {
      row: 'KILL',
      measure: after,
      unit: 'fresh steps',
      values: freshAfter,
      floor: { name: 'before the kill', values: freshBefore },
    },
    {
      row: 'KILL',
      measure: `the replay of ${killedAt} steps`,
      unit: 'ms',
      values: of((run) => run.replayMs),
      floor: { name: 'its facts read and parsed', values: of((run) => run.readMs) },
      note,
    },
  ];
}

async function measure({ load, database, environment }: House, killedAt: number, part: number): Promise<Measured> {
  const begin = async (heldFrom: number) => {
    const worker = await startChild<MortalWorkerOrders>('mortal-worker', environment);
    await worker.ask('work', { queue: QUEUE, heldFrom });
    return worker;
  };
  const byTurns = async (worker: Awaited<ReturnType<typeof begin>>): Promise<ByTurns> => {
    await worker.ask('held');
    const fresh = await load.ask('sequence', { from: FRESH, steps: part + 1, queue: QUEUE });
    const times = await worker.ask('goByTurns', { blocks: part / BLOCK, steps: BLOCK });
    await load.ask('results', [fresh]);
    return times;
  };

  const mortal = await begin(killedAt - part);
  const id = await load.ask('sequence', { from: 0, steps: killedAt + part + 1, queue: QUEUE });
  const before = await byTurns(mortal);
  const diedAt = Date.now();
  // It dies before it can answer: in the middle of the attempt that is held.
  await Promise.allSettled([mortal.ask('die'), mortal.ended]);
  const heir = await begin(killedAt + 1);
  const after = await byTurns(heir);
  await heir.ask('goOn');
  await load.ask('results', [id]);
  const replays = await heir.ask('timesBegun', id);
  await heir.stop();

  const facts = await database.facts(id);
  const ends = facts.flatMap(({ type }, index) => (type === 'TASK_COMPLETED' ? [index] : []));
  const end = ends[killedAt - 1] ?? facts.length;
  const [result, next] = [facts[end], facts.slice(end).find(({ type }) => type === 'TASK_SCHEDULED')];
  if (result === undefined || next === undefined) throw new Error(`Execution ${id} did not go on after its replay`);
  const begun = performance.now();
  for (const { data } of await database.facts(id, end + 1)) JSON.parse(data);
  const readMs = performance.now() - begun;
  return { before, after, replayMs: next.at - result.at, readMs, facts: end + 1, replays, awayMs: result.at - diedAt };
}

function stepMs({ long }: ByTurns): number {
  return median(long) / BLOCK;
}

/** How many steps of the fresh workflow one of the long one costs: of blocks that followed upon each other. */
function timesFresh({ long, fresh }: ByTurns): number {
  return median(long.map((ms, block) => ms / (fresh[block] ?? Number.NaN)));
}
