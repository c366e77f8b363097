import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, type Server, type Socket, createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@flovyn/client';
import { startEmbeddedPostgres } from '@flovyn/store-postgres';
import { type TestNats, eventually, startNats } from '@flovyn/testing';
import { type House, devUser, openHouse } from './house.js';

/** Two servers on one database, with NATS between them. */
export interface Street {
  readonly a: House;
  readonly b: House;
  readonly nats: TestNats;
  /** Cuts `b` off from NATS, and `a` not; and joins them again. */
  cutOff(isCut: boolean): void;
  /** Waits until a server hears the others, or no longer does, by what its health says. */
  hears(house: House, isHeard: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface StreetOptions {
  readonly jetstream?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function openStreet({ jetstream = true, environment = {} }: StreetOptions = {}): Promise<Street> {
  const directory = mkdtempSync(join(tmpdir(), 'street-'));
  const undo: (() => Promise<void>)[] = [async () => rmSync(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const step of undo.splice(0).toReversed()) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: directory });
    undo.push(() => postgres.stop());
    const nats = await startNats({ jetstream });
    undo.push(() => nats.stop());
    const line = await openBalancer(nats.url);
    undo.push(() => line.close());
    const shared = { DATABASE_URL: urlOf(postgres.connection), NATS__ENABLED: 'true' };
    const open = async (natsUrl: string): Promise<House> => {
      const house = await openHouse({ environment: { ...shared, NATS__URL: natsUrl, ...environment } });
      undo.push(() => house.close());
      return house;
    };
    const [a, b] = [await open(nats.url), await open(line.url.replace('http:', 'nats:'))];
    const hears = async (house: House, isHeard: boolean): Promise<void> =>
      void (await eventually(`NATS to be ${isHeard ? 'connected' : 'away'}`, async () => {
        return (await healthOf(house)).degraded.includes('nats') !== isHeard;
      }));
    await hears(a, true);
    await hears(b, true);
    const cutOff = (isCut: boolean): void => line.moveTo(isCut ? NOBODY : nats.url);
    return { a, b, nats, cutOff, hears, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An address of this machine where nobody listens. */
const NOBODY = 'http://127.0.0.1:1';

export async function healthOf({ http }: House) {
  const response = await fetch(`${http}/_/health`);
  return (await response.json()) as { status: string; degraded: string[]; reasons?: string[] };
}

function urlOf({ host = '', port = 5432, user = '', password = '', database = '' }: Connection): string {
  const url = new URL(`postgres://localhost:${port}/${database}`);
  url.username = user;
  if (typeof password === 'string') url.password = password;
  // A folder with a socket cannot stand where an address has its host.
  if (host.startsWith('/')) url.searchParams.set('host', host);
  else url.hostname = host;
  return url.toString();
}

type Connection = Awaited<ReturnType<typeof startEmbeddedPostgres>>['connection'];

/** What a load balancer does: connections to one address go to whichever server it is set to. */
export interface Balancer {
  readonly url: string;
  /** New connections go there, and the present ones are cut. */
  moveTo(url: string): void;
  /** How many connections it has taken since it was moved. */
  readonly taken: () => number;
  close(): Promise<void>;
}

export async function openBalancer(first: string): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let target = new URL(first);
  let taken = 0;
  const server: Server = createServer((socket) => {
    taken += 1;
    const other = createConnection(Number(target.port), target.hostname);
    for (const [one, two] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => two.destroy());
      one.on('close', () => {
        sockets.delete(one);
        two.destroy();
      });
      one.pipe(two);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    moveTo(url) {
      target = new URL(url);
      taken = 0;
      cut();
    },
    taken: () => taken,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}

/** A client of the development organisation, at any address. */
export function clientAt(baseUrl: string) {
  return createClient({ baseUrl, org: 'dev', apiKey: devUser });
}
