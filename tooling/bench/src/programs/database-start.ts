import { startEmbeddedPostgres } from '@flovyn/store-postgres';
import { serve } from '../house/serve.js';

// A database as the server starts one, and nothing else: ready when it takes connections.
const postgres = await startEmbeddedPostgres({ dataDir: process.env['BENCH_DATA_DIR'] ?? '' });
serve({}, () => postgres.stop());
