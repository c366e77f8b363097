import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, within } from '@flovyn/testing';
import { chanceOf } from './chance.js';
import { check } from './check/check.js';
import { dumpOf } from './check/dump.js';
import type { Evidence, Violation } from './check/evidence.js';
import { type Load, begin } from './load/load.js';
import { unleash } from './nemesis/nemesis.js';
import { type Town, openTown } from './town/town.js';
import type { AttemptLine } from './worker/kinds.js';

export interface RunOptions {
  readonly minutes: number;
  readonly seed: number;
  /** How many are under way at a time. */
  readonly executions: number;
  /** Told how it goes, every so often. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the run early; then nothing is judged. */
  readonly signal?: AbortSignal;
}

export interface Progress {
  readonly seconds: number;
  readonly acked: number;
  readonly faults: number;
  readonly resumes: number;
  readonly gaps: number;
  readonly begun: number;
  readonly ended: number;
  readonly entries: number;
}

export interface Outcome {
  readonly progress: Progress;
  readonly ops: number;
  readonly faults: ReadonlyMap<string, number>;
  /** What was compared with the log. */
  readonly entriesChecked: number;
  readonly violations: readonly Violation[];
  /** Where everything lies that was judged, and what the processes have said. */
  readonly folder: string;
}

const PROGRESS_MS = 10_000;
/** When all is well again, everything must have come to its end by then. */
const QUIET_MS = 180_000;

/** Load and faults for the given time; then all is healed, and what is left behind is judged. */
export async function run({
  minutes,
  seed,
  executions,
  signal,
  onProgress = () => undefined,
}: RunOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  const chance = chanceOf(seed);
  const [jitter, ofLoad, ofNemesis] = [chance.fork(), chance.fork(), chance.fork()];
  const town = await openTown(folder, () => jitter.next());
  const begun = performance.now();
  const load = begin(town, executions, ofLoad);
  const nemesis = unleash(town, ofNemesis);
  const progress = (): Progress => ({
    seconds: Math.round((performance.now() - begun) / 1_000),
    acked: load.acked(),
    faults: nemesis.total(),
    resumes: load.resumes(),
    gaps: load.gaps(),
    begun: load.begun(),
    ended: load.ended(),
    entries: load.entries(),
  });
  const reporting = setInterval(() => onProgress(progress()), PROGRESS_MS);
  try {
    await Promise.race([nemesis.failure, sleep(minutes * 60_000, undefined, signal === undefined ? {} : { signal })]);
    await nemesis.stop();
    const faults = nemesis.total();
    await comeToRest(town, load);
    const evidence: Evidence = {
      ops: load.ops(),
      captures: load.captures(),
      dump: await dumpOf(town.postgres.connection),
      workers: town.workers.map(({ name, org, queue }) => ({ name, org: org.id, queue })),
      attempts: await attemptsIn(join(folder, 'workers')),
      extent: { minutes, executions, faults, fatalities: fatalitiesOf(town) },
    };
    const violations = check(evidence);
    keepFor(folder, town, evidence, violations);
    const entriesChecked = evidence.captures.reduce((sum, { lines }) => sum + lines.length, 0);
    return {
      progress: progress(),
      ops: evidence.ops.length,
      faults: nemesis.counts,
      entriesChecked,
      violations,
      folder,
    };
  } finally {
    clearInterval(reporting);
    await nemesis.stop();
    await load.close();
    await town.close();
    rmSync(join(folder, 'data'), { recursive: true, force: true });
  }
}

/** Waits until all have recovered and everything has ended. What has not by then is for the checks to find. */
async function comeToRest(town: Town, load: Load): Promise<void> {
  const finishing = load.finish();
  await eventually('all to be well', async () => (await town.unwell()).length === 0, QUIET_MS).catch(() => undefined);
  await within('everything to end', finishing, QUIET_MS).catch(() => undefined);
  const isQuiet = async (): Promise<boolean> => {
    const { executions, leftovers, tasks } = await dumpOf(town.postgres.connection);
    return leftovers.length === 0 && ![...executions, ...tasks].some(({ isClaimed }) => isClaimed);
  };
  await eventually('nothing to be held any more', isQuiet, QUIET_MS / 6).catch(() => undefined);
}

function fatalitiesOf({ servers }: Town): string[] {
  return servers.flatMap(({ keeper }) => keeper.lines().filter((line) => line.includes('"level":60')));
}

async function attemptsIn(folder: string): Promise<AttemptLine[]> {
  const lines: AttemptLine[] = [];
  for (const file of readdirSync(folder)) {
    for await (const line of createInterface(createReadStream(join(folder, file)))) {
      // Whoever is killed while it writes leaves half a line.
      if (line.endsWith('}')) lines.push(JSON.parse(line) as AttemptLine);
    }
  }
  return lines;
}

/** Leaves everything that was judged beside what the processes have said. */
function keepFor(folder: string, town: Town, { dump, captures }: Evidence, violations: readonly Violation[]): void {
  const write = (name: string, values: readonly unknown[]): void =>
    writeFileSync(join(folder, name), values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  mkdirSync(join(folder, 'logs'), { recursive: true });
  for (const { keeper } of [...town.servers, ...town.workers]) {
    writeFileSync(join(folder, 'logs', `${keeper.name.replace(' ', '-')}.log`), keeper.lines().join('\n'));
  }
  write('captures.jsonl', captures);
  write('violations.jsonl', violations);
  for (const [name, rows] of Object.entries(dump)) {
    write(`database-${name}.jsonl`, rows instanceof Map ? [...rows] : (rows as readonly unknown[]));
  }
}
