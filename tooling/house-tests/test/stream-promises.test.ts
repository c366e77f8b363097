import { describeStream } from '@flovyn/conformance/stream-suite';
import { natsServer, unlessFound } from '@flovyn/testing';
import { afterAll, describe } from 'vitest';
import { devUser, devWorker } from './support/house.js';
import { type Street, openStreet } from './support/street.js';

describe.skipIf(natsServer === undefined)(`two servers on one database${unlessFound}`, () => {
  let street: Street | undefined;
  afterAll(() => street?.close());

  // Started at the first one, worked on at the second one, read at both by turns.
  describeStream(async () => {
    street = await openStreet();
    return {
      servers: [street.a, street.b].map(({ http, grpc }) => ({ url: http, grpcUrl: grpc })),
      org: 'dev',
      key: devUser,
      workerKey: devWorker,
    };
  });
});
