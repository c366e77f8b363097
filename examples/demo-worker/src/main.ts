import { once } from 'node:events';
import { createDemoWorker } from './demo-worker.js';

const worker = createDemoWorker(process.env);
const asked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);

// From here on it comes back by itself when the server is restarted.
await worker.start();
process.stdout.write('The demo worker is ready.\n');

await asked;
// Finishes what it holds; the rest goes to other workers.
await worker.stop();
