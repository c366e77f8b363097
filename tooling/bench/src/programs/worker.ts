import { FlovynClient } from '@flovyn/sdk';
import { serve } from '../house/serve.js';
import { echo, oneTask, sequence, sleeper, speak, speech, story, tell } from '../work.js';
import { clientOptions } from '../house/client-options.js';

/** A worker as a user would write it, with room for everything a load puts in flight. */
const client = new FlovynClient({
  ...clientOptions(),
  workflowWorkerOptions: { maxConcurrent: 12_000, maxInstances: 12_000 },
  taskWorkerOptions: { maxConcurrent: 1_024 },
});
client.registerWorkflow(oneTask);
client.registerWorkflow(sequence);
client.registerWorkflow(sleeper);
client.registerWorkflow(speech);
client.registerWorkflow(story);
client.registerTask(echo);
client.registerTask(speak);
client.registerTask(tell);
await client.start();

const orders = {};
export type WorkerOrders = typeof orders;
serve(orders, () => client.stop());
