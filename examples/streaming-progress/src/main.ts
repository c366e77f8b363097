import { createClient } from '@flovyn/client';
import { Presets, SingleBar } from 'cli-progress';
import { countPrimes, showProgress } from './streaming-progress.js';

const client = createClient({
  baseUrl: process.env['FLOVYN_URL'] ?? 'http://localhost:8000',
  org: process.env['FLOVYN_ORG'] ?? 'dev',
  apiKey: process.env['FLOVYN_API_KEY'] ?? 'flovyn_sk_dev_admin',
});
const limit = Number(process.argv[2] ?? 500_000_000);
const { id } = await client.tasks.start({ kind: countPrimes.name, input: { limit } });

// Without a terminal, in a pipe or a log, a line every few seconds stands in for the moving bar.
const bar = new SingleBar(
  { format: '{bar} {percentage} %  {details}', noTTYOutput: true, notTTYSchedule: 2_000 },
  Presets.shades_classic,
);
bar.start(1, 0, { details: 'waiting for a worker' });
const ending = await showProgress(client, id, bar);
bar.stop();

const { output, error } = await client.tasks.get(id);
process.stdout.write(ending === 'COMPLETED' ? `There are ${String(output)} primes.\n` : `${ending}: ${error ?? ''}\n`);
process.exitCode = ending === 'COMPLETED' ? 0 : 1;
