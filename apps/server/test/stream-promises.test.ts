import { describeStream } from '@flovyn/conformance/stream-suite';
import { createMemoryStore } from '@flovyn/engine/memory';
import { afterAll } from 'vitest';
import { type RunningServer, startServer } from '../src/compose.js';
import { loadConfig } from '../src/config/config.js';
import { createLog } from '../src/observe/log.js';

// On the store in memory, behind the doors that every server has: what fails here and nowhere else is a fault of the doors
// or of that store, and no database has to be thought of.

let server: RunningServer | undefined;
afterAll(() => server?.stop());

describeStream(async () => {
  const environment = { FLOVYN_DEV: '1', SERVER_PORT: '0', GRPC_SERVER_PORT: '0', DATABASE_URL: 'postgres://nowhere' };
  server = await startServer(loadConfig(environment).config, createLog('silent'), async () => ({
    ...createMemoryStore(),
    now: async () => Date.now(),
    removeExpiredKeys: async () => 0,
  }));
  const { httpPort, grpcPort } = server;
  return {
    servers: [{ url: `http://127.0.0.1:${httpPort}`, grpcUrl: `http://127.0.0.1:${grpcPort}` }],
    org: 'dev',
    key: 'flovyn_sk_dev_admin',
    workerKey: 'fwt_dev_worker',
  };
});
