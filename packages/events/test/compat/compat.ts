// `pnpm --filter @flovyn/events events:compat`: today's contract against every version that was released.
import { join } from 'node:path';

import { CLASSES } from '@flovyn/contract-check';

import { hasMajorChangeset, judgeChanges, readReviewed } from './gate.js';
import { RELEASED, changesets, released, today } from './versions.js';

const isMajor = hasMajorChangeset(changesets);
const versions = await released();
const verdicts = judgeChanges(await today(), versions, {
  isMajor,
  reviewed: readReviewed(join(RELEASED, '../reviewed.json')),
});

for (const { against, differences } of verdicts) {
  process.stdout.write(
    `Since ${against}: ${differences.length === 0 ? 'no change' : `${differences.length} changes`}\n`,
  );
  for (const one of CLASSES) {
    for (const { path, message, kind } of differences.filter((difference) => difference.class === one)) {
      process.stdout.write(`  ${one}  ${path}: ${message} [${kind}]\n`);
    }
  }
}
if (versions.size === 0) {
  process.stderr.write('No version was released: write the first one with `pnpm release-contract`.\n');
  process.exitCode = 3;
} else if (verdicts.some(({ blocking }) => blocking.some((difference) => difference.class === 'breaking'))) {
  process.stderr.write(
    '\nThis breaks somebody. Add a new event or field instead, or a major changeset for @flovyn/events.\n',
  );
  process.exitCode = 1;
} else if (verdicts.some(({ blocking }) => blocking.length > 0)) {
  process.stderr.write('\nNo program can judge this: look, and say in contract/reviewed.json why it is fine.\n');
  process.exitCode = 2;
}
