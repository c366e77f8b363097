// `pnpm --filter @flovyn/events release-contract`: keeps today's contract as a released version.
import { ReleaseRefused, writeRelease } from './release.js';
import { RELEASED, released, today } from './versions.js';

try {
  process.stdout.write(`${writeRelease(await today(), await released(), RELEASED)}\n`);
} catch (error) {
  if (!(error instanceof ReleaseRefused)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
