import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
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

  async function stop(): Promise<void> {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  }

  try {
    const { httpPort, grpcPort } = await listening(child);
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
    await stop();
    throw error;
  }
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

/** Waits for the line that says where it listens; when it ends first, fails with all it had said. */
async function listening(child: ChildProcess): Promise<{ httpPort: number; grpcPort: number }> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const give = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`${SERVER} ${why}. It said:\n${said.join('\n')}`));
    };
    const timer = setTimeout(() => give('did not listen in time'), START_LIMIT_MS);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on('line', (line) => {
        said.push(line);
        if (!line.includes('"grpcPort"')) return;
        clearTimeout(timer);
        resolve(JSON.parse(line) as { httpPort: number; grpcPort: number });
      });
    }
    child.once('close', () => give('ended'));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}
