import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { profileInto } from './house/node-options.js';
import { type Options, parseOptions, usage } from './options.js';
import type { Result, RowName } from './report/result.js';
import { table } from './report/table.js';
import { type Context, createContext } from './rows/context.js';
import { measureIdle } from './rows/idle.js';
import { measureThroughput } from './rows/p1-throughput.js';
import { measureSequences } from './rows/p2-sequence.js';
import { measureTimers } from './rows/p4-timers.js';
import { measureTokenLatency } from './rows/p5-token-latency.js';
import { measureTokens } from './rows/p6-tokens.js';
import { measureFanOut } from './rows/p7-fan-out.js';
import { measureLateReader } from './rows/p8-late-reader.js';
import { measureColdStart } from './rows/p9-cold-start.js';
import { measureUnaryDoor } from './rows/p12-unary-door.js';
import { measureKilledWorker } from './rows/killed-worker.js';

const rows: Readonly<Record<RowName, (context: Context) => Promise<Result[]>>> = {
  P1: measureThroughput,
  P2: measureSequences,
  P4: measureTimers,
  P5: measureTokenLatency,
  P6: measureTokens,
  P7: measureFanOut,
  P8: measureLateReader,
  P9: measureColdStart,
  P12: measureUnaryDoor,
  KILL: measureKilledWorker,
  IDLE: measureIdle,
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function run({ rows: wanted, quick, json }: Options): Promise<void> {
  const begun = performance.now();
  const machine = `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  const busyBefore = load();
  const context = createContext({ quick });
  const results: Result[] = [];
  try {
    for (const row of wanted) {
      process.stderr.write(`${row} ...\n`);
      results.push(...(await rows[row](context)));
    }
  } finally {
    await context.close();
  }
  const seconds = Math.round((performance.now() - begun) / 1_000);
  const busy = `load average ${busyBefore} before, ${load()} after`;
  say(`${machine}; ${busy}; ${context.runs} run(s) of each, ${seconds} s in all\n`);
  say(table(results));
  if (json !== undefined) {
    const document = { takenAt: new Date().toISOString(), machine, busy, runs: context.runs, quick, results };
    await writeFile(json, `${JSON.stringify(document, undefined, 2)}\n`);
  }
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

try {
  // A package manager runs this in the package's directory and says here where it was itself called.
  const options = parseOptions(process.argv.slice(2), process.env['INIT_CWD']);
  if (options.profile !== undefined) profileInto(options.profile);
  await run(options);
} catch (error: unknown) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n\n${usage}`);
  process.exitCode = 1;
}
