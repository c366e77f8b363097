import { afterAll } from 'vitest';
import { type WireTarget, describeWire } from '../src/wire/index.js';
import { type OwnServer, startOwnServer } from './support/own-server.js';

// Against a server of our own, which must be built: `tsc -b apps/server`. Against any other, by its address:
//
//   FLOVYN_WIRE_GRPC_URL=http://127.0.0.1:9090 FLOVYN_WIRE_ORG_ID=… FLOVYN_WIRE_WORKER_KEY=… npx vitest run test/wire.test.ts
//
// FLOVYN_WIRE_HTTP_URL with FLOVYN_WIRE_USER_KEY, and FLOVYN_WIRE_OTHER_ORG_ID with FLOVYN_WIRE_OTHER_WORKER_KEY, add the
// cases that need the REST side and a second organisation.

let server: OwnServer | undefined;
afterAll(() => server?.stop());

/** The server the environment names, or one of our own. */
async function target(): Promise<WireTarget> {
  const grpcUrl = process.env['FLOVYN_WIRE_GRPC_URL'];
  if (grpcUrl !== undefined) {
    return {
      grpcUrl,
      orgId: needed('FLOVYN_WIRE_ORG_ID'),
      workerKey: needed('FLOVYN_WIRE_WORKER_KEY'),
      httpUrl: process.env['FLOVYN_WIRE_HTTP_URL'],
      userKey: process.env['FLOVYN_WIRE_USER_KEY'],
      otherOrg: otherOrg(),
    };
  }
  server = await startOwnServer();
  return server.target;
}

function otherOrg(): WireTarget['otherOrg'] {
  const orgId = process.env['FLOVYN_WIRE_OTHER_ORG_ID'];
  return orgId === undefined ? undefined : { orgId, workerKey: needed('FLOVYN_WIRE_OTHER_WORKER_KEY') };
}

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`Where the server is given by FLOVYN_WIRE_GRPC_URL, ${name} is needed too.`);
  return value;
}

describeWire(target);
