import { rmSync } from 'node:fs';
import { natsServer, unlessFound } from '@flovyn/testing';
import { expect, it } from 'vitest';
import { progressLine, summaryOf } from '../src/report.js';
import { run } from '../src/run.js';

// At the size of every other test: enough of everything to mean something, and no more.
const MINUTES = 1;
const EXECUTIONS = 40;

it.skipIf(natsServer === undefined)(
  `whatever is cut, frozen, killed and wiped under load, every promise is kept${unlessFound}`,
  async () => {
    const seed = Number(process.env['FLOVYN_TEST_SEED'] ?? Date.now() % 1_000_000);
    const command = `pnpm chaos --minutes ${MINUTES} --seed ${seed} --executions ${EXECUTIONS}`;
    process.stdout.write(`FLOVYN_TEST_SEED=${seed}\n`);
    const outcome = await run({
      minutes: MINUTES,
      seed,
      executions: EXECUTIONS,
      onProgress: (progress) => void process.stdout.write(`${progressLine(progress)}\n`),
    });
    const summary = summaryOf(outcome, command);
    process.stdout.write(`${summary}\n`);
    expect(outcome.violations, summary).toEqual([]);
    expect(outcome.progress.faults).toBeGreaterThanOrEqual(60);
    rmSync(outcome.folder, { recursive: true, force: true });
  },
);
