import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Launcher } from './as-user.js';
import type { Binaries } from './binaries.js';

/** Where everything of one embedded database lies. */
export interface Layout {
  readonly cluster: string;
  readonly sockets: string;
  readonly password: string;
}

/** What PostgreSQL calls the socket of its default port. */
export const socketName = '.s.PGSQL.5432';

export function layoutOf(dataDir: string): Layout {
  return { cluster: join(dataDir, 'postgres'), sockets: join(dataDir, 'run'), password: join(dataDir, 'password') };
}

/** Makes the directories and, the first time, the database cluster. Answers with the superuser's password. */
export async function prepareCluster(layout: Layout, binaries: Binaries, launcher: Launcher): Promise<string> {
  await launcher.own(dirname(layout.cluster));
  await mkdir(layout.sockets, { recursive: true, mode: 0o700 });
  await launcher.own(layout.sockets);
  if (!(await exists(join(layout.cluster, 'PG_VERSION')))) await createCluster(layout, binaries, launcher);
  return (await readFile(layout.password, 'utf8')).trim();
}

/** Made beside its place and moved there whole, so that an interrupted start leaves no half of a cluster. */
async function createCluster(layout: Layout, binaries: Binaries, launcher: Launcher): Promise<void> {
  const unfinished = `${layout.cluster}.unfinished`;
  const passwordFile = join(unfinished, 'password');
  const target = join(unfinished, 'cluster');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  await launcher.own(unfinished);
  await launcher.own(passwordFile);
  await runToEnd(launcher, binaries.initdb, [
    '--username=postgres',
    '--auth-local=trust',
    '--auth-host=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
    '--pgdata',
    target,
  ]);
  await rename(passwordFile, layout.password);
  await rename(target, layout.cluster);
  await rm(unfinished, { recursive: true, force: true });
}

async function runToEnd(launcher: Launcher, program: string, args: readonly string[]): Promise<void> {
  const child = launcher.spawn(program, args);
  let said = '';
  child.stdout?.resume();
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} failed: ${said.trim()}`))));
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
