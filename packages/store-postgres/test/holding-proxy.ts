import { type AddressInfo, type NetConnectOpts, type Socket, connect, createServer } from 'node:net';
import { join } from 'node:path';

/** Stands between a client and PostgreSQL, and can hold what PostgreSQL says until it is told to pass it on at once. */
export interface HoldingProxy {
  readonly port: number;
  hold(): void;
  /** Passes on in one piece what was held, and the end if it came. */
  release(): void;
  /** Resolves when PostgreSQL has ended a connection. */
  readonly ended: Promise<void>;
  close(): void;
}

export async function holdingProxy(upstream: { host: string; port: number }): Promise<HoldingProxy> {
  let isHolding = false;
  let held: Buffer[] = [];
  let client: Socket | undefined;
  let hasEnded = false;
  let tellEnd = (): void => {};
  const ended = new Promise<void>((resolve) => (tellEnd = resolve));

  const server = createServer((socket) => {
    client = socket;
    hasEnded = false;
    const database = connect(addressOf(upstream));
    socket.on('data', (chunk) => database.write(chunk));
    socket.on('close', () => database.destroy());
    socket.on('error', () => database.destroy());
    database.on('data', (chunk) => (isHolding ? held.push(chunk) : socket.write(chunk)));
    database.on('error', () => socket.destroy());
    database.on('close', () => {
      hasEnded = true;
      if (!isHolding) socket.end();
      tellEnd();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    hold: () => {
      isHolding = true;
    },
    release() {
      isHolding = false;
      client?.write(Buffer.concat(held));
      held = [];
      if (hasEnded) client?.end();
    },
    ended,
    close: () => {
      server.close();
    },
  };
}

function addressOf({ host, port }: { host: string; port: number }): NetConnectOpts {
  return host.startsWith('/') ? { path: join(host, `.s.PGSQL.${port}`) } : { host, port };
}
