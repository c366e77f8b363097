import { FlovynClient } from '@flovyn/sdk';
import { clientOptions } from '../house/client-options.js';
import { serve } from '../house/serve.js';
import { echo, oneTask } from '../work.js';

// Worker and caller in one, as in a first example: ready when its first workflow is done.
const client = new FlovynClient(clientOptions());
client.registerWorkflow(oneTask);
client.registerTask(echo);
await client.start();
await client.executeWorkflow(oneTask, 1);
serve({}, () => client.stop());
