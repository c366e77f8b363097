import { afterAll } from 'vitest';
import { describeStream } from '../src/describe-stream.js';
import { type OwnServer, startOwnServer, streamTargetOf } from './support/own-server.js';

let server: OwnServer | undefined;
afterAll(() => server?.stop());

describeStream(async () => {
  server = await startOwnServer();
  return streamTargetOf(server);
});
