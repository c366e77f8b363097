import { afterAll } from 'vitest';
import { describeStream } from '../src/describe-stream.js';
import { type OwnServer, startOwnServer } from './support/own-server.js';

let server: OwnServer | undefined;
afterAll(() => server?.stop());

describeStream(async () => {
  server = await startOwnServer();
  return streamTargetOf(server);
});

/** The same server, as it is entered by whoever looks at its streams. */
function streamTargetOf({ target: { httpUrl = '', grpcUrl, orgId, userKey, workerKey } }: OwnServer) {
  return { servers: [{ url: httpUrl, grpcUrl }], org: orgId, key: userKey, workerKey };
}
