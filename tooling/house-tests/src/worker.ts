import { once } from 'node:events';
import { Duration, FlovynClient } from '@flovyn/sdk';
import { registerAll } from './kinds/index.js';

// The worker of the journeys, as a process of its own.

const silent = (): void => undefined;
const quiet = { debug: silent, info: silent, warn: silent, error: silent };

const worker = new FlovynClient({
  serverUrl: process.env['FLOVYN_GRPC_SERVER_URL'] ?? '',
  workerToken: process.env['FLOVYN_WORKER_TOKEN'],
  orgId: process.env['FLOVYN_ORG_ID'] ?? '',
  // A server that is killed comes back within a second or two, and the tests wait for it.
  reconnection: { type: 'fixed', delay: Duration.milliseconds(100) },
  workflowWorkerOptions: {
    maxConcurrent: 50,
    maxInstances: Number(process.env['HOUSE_MAX_INSTANCES'] ?? 1_000),
  },
  // More than the largest gathering, whose tasks wait for each other.
  taskWorkerOptions: { maxConcurrent: 600, logger: quiet },
});
registerAll(worker);
const asked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
await worker.start();
process.stdout.write('ready\n');
await asked;
await worker.stop();
