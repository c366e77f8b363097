import { connect, unary } from './calls.js';

/** What a bare server answers with what it was sent: about as much as a call of a worker carries. */
export const bareEcho = {
  path: '/bench.Echo/Echo',
  requestStream: false,
  responseStream: false,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
} as const;
const PAYLOAD = Buffer.alloc(200, 'x');

export interface EchoOrder {
  readonly port: number;
  readonly connections: number;
  /** Lanes, each of which makes so many calls one after the other, again and again. */
  readonly inFlight: number;
  readonly calls: number;
  readonly forMs: number;
}

/** Calls a bare server, and says how often a lane got through its calls, per second. */
export async function floodEcho({ port, connections, inFlight, calls, forMs }: EchoOrder): Promise<number> {
  const clients = Array.from({ length: connections }, () => connect(`127.0.0.1:${port}`));
  const begun = performance.now();
  let count = 0;
  const lane = async (client: (typeof clients)[number]): Promise<void> => {
    while (performance.now() - begun < forMs) {
      for (let made = 0; made < calls; made += 1) await unary(client, bareEcho, PAYLOAD);
      count += 1;
    }
  };
  const perClient = Math.ceil(inFlight / connections);
  await Promise.all(clients.flatMap((client) => Array.from({ length: perClient }, () => lane(client))));
  const rate = (count * 1_000) / (performance.now() - begun);
  for (const client of clients) client.close();
  return rate;
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}
