import { Client, credentials } from '@grpc/grpc-js';

/** As the published workers connect: they ping between calls too. */
const options = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  // A process of its own has a connection of its own; so has each worker that stands for one here.
  'grpc.use_local_subchannel_pool': 1,
};

/** A connection of its own. */
export function connect(address: string): Client {
  return new Client(address, credentials.createInsecure(), options);
}

/** A unary method, as the generated service describes it. */
interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (message: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** Makes a call, and waits for its answer. */
export function unary<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Method<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) => {
      if (error !== null) reject(error);
      else if (response === undefined) reject(new Error(`${path} was answered without a message`));
      else resolve(response);
    });
  });
}
