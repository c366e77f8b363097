import { once } from 'node:events';
import { Duration, FlovynClient } from '@flovyn/sdk';
import { endless, family, naps, notes, parallel, pledge, sequence } from './shapes.js';
import { speak } from './speech.js';

// A worker of the rig, as a process of its own.

const silent = (): void => undefined;
const quiet = { debug: silent, info: silent, warn: silent, error: silent };

const worker = new FlovynClient({
  serverUrl: process.env['FLOVYN_GRPC_SERVER_URL'] ?? '',
  workerToken: process.env['FLOVYN_WORKER_TOKEN'],
  orgId: process.env['FLOVYN_ORG_ID'] ?? '',
  queue: process.env['FAULTS_QUEUE'] ?? 'default',
  reconnection: { type: 'fixed', delay: Duration.milliseconds(200) },
  workflowWorkerOptions: { maxConcurrent: 100 },
  taskWorkerOptions: { maxConcurrent: 400, logger: quiet },
  logger: quiet,
});
worker.registerTask(speak);
worker.registerWorkflow(sequence);
worker.registerWorkflow(parallel);
worker.registerWorkflow(naps);
worker.registerWorkflow(notes);
worker.registerWorkflow(pledge);
worker.registerWorkflow(family);
worker.registerWorkflow(endless);
const asked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
await worker.start();
process.stdout.write('ready\n');
await asked;
await worker.stop();
