import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { serverOptions } from '@flovyn/protocol/grpc';
import { bareEcho } from '../foreign/echo.js';
import { serve } from '../house/serve.js';

/** What a single call costs without anything behind it: the library, set up as the server's, gives back what it was sent. */
const server = new Server(serverOptions);
server.addService(
  { echo: bareEcho },
  { echo: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => answer(null, call.request) },
);

const orders = {
  listen: (): Promise<number> =>
    new Promise((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    }),
};

export type BareUnaryOrders = typeof orders;
serve(orders, () => {
  server.forceShutdown();
  return Promise.resolve();
});
