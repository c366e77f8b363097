import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { StreamTarget } from '../../src/stream/index.js';
import type { WireTarget } from '../../src/wire/index.js';

/** A minute: the first start creates a database, and the machine may be busy with other tests. */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;

const SERVER = fileURLToPath(new URL('../../../../apps/server/dist/bin.js', import.meta.url));

export interface OwnServer {
  readonly target: WireTarget;
  /** Stops it and removes what it stored. */
  stop(): Promise<void>;
}

/** The built server of this house, as a process of its own: two organisations, free ports, a database that goes with it. */
export async function startOwnServer(): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'flovyn-wire-'));
  const [home, neighbour] = [anOrganisation(), anOrganisation()];
  const file = join(folder, 'server.toml');
  await writeFile(file, configuration([home, neighbour]));
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  const child = spawn(process.execPath, [SERVER], {
    // Nothing of the developer's shell may reach it by chance.
    env: {
      PATH,
      HOME,
      ...(TMPDIR === undefined ? undefined : { TMPDIR }),
      CONFIG_FILE: file,
      FLOVYN_DATA_DIR: join(folder, 'data'),
      SERVER_PORT: '0',
      GRPC_SERVER_PORT: '0',
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

  const said = lines(child);

  async function stop(): Promise<void> {
    await end(child);
    // A database whose server vanished writes on for a moment.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    if (child.exitCode === 0) return;
    throw new Error(`${SERVER} did not end in order. Its last words:\n${said.slice(-20).join('\n')}`);
  }

  try {
    const { httpPort, grpcPort } = await listening(child, said);
    return {
      target: {
        grpcUrl: `http://127.0.0.1:${grpcPort}`,
        httpUrl: `http://127.0.0.1:${httpPort}`,
        orgId: home.id,
        workerKey: home.workerKey,
        userKey: home.userKey,
        otherOrg: { orgId: neighbour.id, workerKey: neighbour.workerKey },
      },
      stop,
    };
  } catch (error) {
    // The reason is the same, and better said.
    await stop().catch(() => undefined);
    throw error;
  }
}

/** The server as it is entered by whoever looks at its streams. */
export function streamTargetOf({ target }: OwnServer): StreamTarget {
  const { httpUrl = '', grpcUrl, orgId, userKey, workerKey } = target;
  return { servers: [{ url: httpUrl, grpcUrl }], org: orgId, key: userKey, workerKey };
}

interface Organisation {
  readonly id: string;
  readonly slug: string;
  readonly userKey: string;
  readonly workerKey: string;
}

function anOrganisation(): Organisation {
  const secret = (): string => randomUUID().replaceAll('-', '');
  return {
    id: randomUUID(),
    slug: `test-${secret().slice(0, 8)}`,
    userKey: `flovyn_sk_test_${secret()}`,
    workerKey: `flovyn_wk_test_${secret()}`,
  };
}

/** The file that the test harnesses of the published workers write. */
function configuration(organisations: readonly Organisation[]): string {
  const keys = organisations.flatMap(({ id, userKey, workerKey }) => [
    `  { key = "${userKey}", org_id = "${id}", principal_type = "User", principal_id = "api:test", role = "ADMIN" },`,
    `  { key = "${workerKey}", org_id = "${id}", principal_type = "Worker", principal_id = "worker:test" },`,
  ]);
  const orgs = organisations.map(
    ({ id, slug }) => `[[orgs]]\nid = "${id}"\nname = "Test Organization"\nslug = "${slug}"\ntier = "FREE"\n`,
  );
  const endpoint = 'authenticators = ["static_api_key"]\nauthorizer = "cedar"\n';
  return [
    ...orgs,
    '[auth]\nenabled = true\n',
    `[auth.static_api_key]\nkeys = [\n${keys.join('\n')}\n]\n`,
    `[auth.endpoints.http]\n${endpoint}`,
    `[auth.endpoints.grpc]\n${endpoint}`,
  ].join('\n');
}

/** Everything it says, as it says it. */
function lines({ stdout, stderr }: ChildProcess): readonly string[] {
  const said: string[] = [];
  for (const stream of [stdout, stderr]) {
    if (stream !== null) createInterface(stream).on('line', (line) => said.push(line));
  }
  return said;
}

/** Waits for the line that says where it listens; when it ends first, fails with all it had said. */
async function listening(
  child: ChildProcess,
  said: readonly string[],
): Promise<{ httpPort: number; grpcPort: number }> {
  const deadline = performance.now() + START_LIMIT_MS;
  for (;;) {
    const line = said.find((each) => each.includes('"grpcPort"'));
    if (line !== undefined) return JSON.parse(line) as { httpPort: number; grpcPort: number };
    if (hasEnded(child) || performance.now() > deadline) {
      throw new Error(`${SERVER} does not listen. It said:\n${said.join('\n')}`);
    }
    await wait(20);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}
