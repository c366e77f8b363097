import { once } from 'node:events';
import { type AddressInfo, type NetConnectOpts, type Socket, createConnection, createServer } from 'node:net';
import { Connection } from './connection.js';
import { CLEAR, type Cut, type LinkFault, type Way, type Weather, reset } from './weather.js';

/** A port of this machine, or the socket of a file. */
export type Target = { readonly port: number } | { readonly path: string };

/** Everything between two neighbours goes through it, and it can be told what to do to that. */
export interface Link {
  readonly name: string;
  /** Where it listens on 127.0.0.1; the same for ever. */
  readonly port: number;
  /** How many connections are open. */
  readonly open: () => number;
  /** How many it has taken. */
  readonly taken: () => number;
  /** From now on until the next word about it, for the connections that are open and for new ones. */
  suffer(fault: LinkFault): void;
  /** All is well again: what was held moves on. */
  heal(): void;
  cut(cut: Cut): void;
  /** New connections go there; those that are open stay. */
  moveTo(target: Target): void;
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly name: string;
  readonly target: Target;
  /** For jitter, between 0 and 1. */
  readonly chance?: () => number;
}

/** Listens on a free port of this machine, and passes on to the target. */
export async function openLink({ name, target, chance = Math.random }: LinkOptions): Promise<Link> {
  const connections = new Set<Connection>();
  const weather: Record<Way, Weather> = { up: CLEAR, down: CLEAR };
  let current = target;
  let isRefusing = false;
  let holds = false;
  let taken = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client: Socket) => {
    taken += 1;
    if (isRefusing) {
      client.on('error', () => undefined);
      reset(client);
      return;
    }
    const options: NetConnectOpts = 'path' in current ? { ...current } : { ...current, host: '127.0.0.1' };
    const upstream = createConnection({ ...options, allowHalfOpen: true });
    upstream.setNoDelay(true);
    const jitter = (): number => chance() * 2 - 1;
    const connection = new Connection(client, upstream, (way) => weather[way], jitter);
    connection.isHeld = holds && taken % 2 === 0;
    connections.add(connection);
    let closed = 0;
    for (const socket of [client, upstream]) {
      socket.on('close', () => {
        closed += 1;
        if (closed === 2) connections.delete(connection);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const settle = (change: () => void): void => {
    weather.up = CLEAR;
    weather.down = CLEAR;
    isRefusing = false;
    holds = false;
    for (const connection of connections) connection.isHeld = false;
    change();
    for (const connection of connections) connection.move();
  };
  const both = (part: Partial<Weather>): void => {
    weather.up = { ...CLEAR, ...part };
    weather.down = weather.up;
  };
  const begin = (fault: LinkFault): void => {
    switch (fault.type) {
      case 'delay':
        return both({ delayMs: fault.ms, jitterMs: fault.jitterMs });
      case 'slow':
        return both({ bytesPerSecond: fault.bytesPerSecond });
      case 'freeze':
        if (fault.way !== 'down') weather.up = { ...CLEAR, frozen: true };
        if (fault.way !== 'up') weather.down = { ...CLEAR, frozen: true };
        return;
      case 'overtake':
        holds = true;
        [...connections].forEach((connection, index) => (connection.isHeld = index % 2 === 0));
        return;
      case 'refuse':
        isRefusing = true;
    }
  };
  return {
    name,
    port: (server.address() as AddressInfo).port,
    open: () => connections.size,
    taken: () => taken,
    suffer: (fault) => settle(() => begin(fault)),
    heal: () => settle(() => undefined),
    cut(cut) {
      for (const connection of connections) connection.cut(cut);
    },
    moveTo(target) {
      current = target;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const connection of connections) connection.end('rst');
      await closed;
    },
  };
}
