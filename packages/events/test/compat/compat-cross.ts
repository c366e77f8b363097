// `pnpm --filter @flovyn/events events:compat-cross`: old samples with today's reader, today's samples with old readers.
import { readCrosswise } from './cross.js';
import { released } from './versions.js';

const versions = await released();
process.stdout.write('No version is published yet: old readers are the released snapshots, by their schemas.\n');
for (const [version, contract] of versions) {
  const { stored, written, unknown, problems } = readCrosswise(contract);
  process.stdout.write(
    `${version}: ${stored} stored samples read today; ${written} frames of today read then, ${unknown} as unknown\n`,
  );
  for (const problem of problems) process.stderr.write(`  ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
if (versions.size === 0) {
  process.stderr.write('No version was released: write the first one with `pnpm release-contract`.\n');
  process.exitCode = 3;
}
