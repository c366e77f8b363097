import { type ChildProcess, spawn } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { getuid, platform } from 'node:process';

/** A way to run a program as somebody whom PostgreSQL accepts: it refuses to run as root. */
export interface Launcher {
  readonly name: string;
  /** Gives a directory to whoever the program will be. */
  own(directory: string): Promise<void>;
  spawn(program: string, args: readonly string[]): ChildProcess;
}

/** Linux' user "nobody". */
const nobody = 65_534;

function launcher(
  name: string,
  prefix: readonly string[],
  identity?: { readonly uid: number; readonly gid: number },
): Launcher {
  return {
    name,
    own: async (directory) => {
      if (identity !== undefined) await chown(directory, identity.uid, identity.gid);
    },
    spawn: (program, args) => {
      const [command = program, ...rest] = [...prefix, program, ...args];
      // Away from our terminal: Ctrl-C is for the server, which still has something to store before its database ends.
      const apart = { detached: true, env: environment() };
      return spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], ...identity, ...apart });
    },
  };
}

/** Settings meant for a client, such as PGPORT, must not reach the server. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Linux can tell a child that its parent has died, however it died. The request has to be made last: changing the user
 * takes it back.
 */
const dieWithParent = ['setpriv', '--pdeathsig', 'INT', '--'];

/**
 * The first way that works here, tried with a harmless call of the program.
 *
 * @throws when none does, with what each of them said.
 */
export async function findLauncher(program: string): Promise<Launcher> {
  const mortal = platform === 'linux' && (await works(launcher('', dieWithParent), 'true', [])) === undefined;
  const last = mortal ? dieWithParent : [];
  const ways =
    getuid?.() === 0
      ? [
          launcher('in a user namespace', ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--', ...last]),
          launcher('as the user nobody', last, { uid: nobody, gid: nobody }),
        ]
      : [launcher('as ourselves', last)];
  const refusals: string[] = [];
  for (const way of ways) {
    const refusal = await works(way, program, ['--version']);
    if (refusal === undefined) return way;
    refusals.push(`${way.name}: ${refusal}`);
  }
  throw new Error(
    `PostgreSQL cannot be started here (${refusals.join('; ')}). ` +
      'Run the server as an ordinary user, or set DATABASE_URL to a PostgreSQL 15 or newer.',
  );
}

/** Undefined when the program ran; otherwise why not. */
async function works(way: Launcher, program: string, args: readonly string[]): Promise<string | undefined> {
  const child = way.spawn(program, args);
  return new Promise((resolve) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : said.trim() || `ended with ${code ?? signal}`),
    );
  });
}
