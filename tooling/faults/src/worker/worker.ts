import { once } from 'node:events';
import { Duration, FlovynClient, type WorkflowDefinition } from '@flovyn/sdk';
import { shapes, speak } from './kinds.js';

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
for (const shape of shapes) worker.registerWorkflow(shape as WorkflowDefinition<never, unknown>);
const asked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
await worker.start();
process.stdout.write('ready\n');
await asked;
await worker.stop();
