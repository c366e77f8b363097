import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bootstrap = fileURLToPath(new URL('..', import.meta.url));

/** A server that does what the bootstrap asks of one, and notes what happens to it. */
const SERVER = `
  import { appendFileSync } from 'node:fs';
  import { createServer } from 'node:http';
  const note = (line) => appendFileSync('notes', line + '\\n');
  note('server ' + process.pid);
  if (process.env.FAKE_EXIT) process.exit(Number(process.env.FAKE_EXIT));
  process.on('SIGTERM', () => {
    note('server stops');
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
  const server = createServer((request, response) => {
    if (request.url === '/_/health') return response.end('{}');
    if (request.url === '/exit') process.exit(3);
    note(request.method + ' ' + request.url);
    response.writeHead(201).end('{"workflowExecutionId":"0-1"}');
  });
  server.listen(process.env.SERVER_PORT, '127.0.0.1');
  console.log('dev ' + process.env.FLOVYN_DEV);
`;

/** A worker that only lives. */
const WORKER = `
  import { appendFileSync } from 'node:fs';
  appendFileSync('notes', 'worker ' + process.pid + '\\n');
  console.log('worker of ' + process.env.FLOVYN_ORG_ID + ' at ' + process.env.FLOVYN_GRPC_SERVER_URL);
  setInterval(() => {}, 1000);
`;

const TOOL = `#!/usr/bin/env node
  const name = require('node:path').basename(__filename);
  require('node:fs').appendFileSync('notes', name + ' ' + process.argv.slice(2).join(' ') + '\\n');
  console.log(name + ' says something');
  process.exitCode = Number(process.env['FAKE_' + name.toUpperCase() + '_EXIT'] ?? 0);
`;

/**
 * A fresh clone in a temporary folder, with the real bootstrap and scripts in place of everything it starts.
 *
 * Each script notes its process id and what it was asked to do in the file `notes`.
 */
export async function fakeHouse() {
  const root = mkdtempSync(join(tmpdir(), 'flovyn-house-'));
  /** @type {(path: string, text: string) => void} */
  const write = (path, text) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  cpSync(bootstrap, join(root, 'tooling/bootstrap'), {
    recursive: true,
    filter: (path) => !/node_modules|\/test(\/|$)|\.test\.mjs|\.test-report/.test(path),
  });
  cpSync(join(bootstrap, '../bootstrap.mjs'), join(root, 'tooling/bootstrap.mjs'));
  write(
    'package.json',
    JSON.stringify({
      name: 'house',
      type: 'module',
      packageManager: 'pnpm@12.21.0',
      engines: { node: '>=20.19' },
      scripts: { start: 'node tooling/bootstrap.mjs start', test: 'node tooling/bootstrap.mjs test' },
    }),
  );
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n\ncatalog:\n');
  write('pnpm-lock.yaml', '');
  write('packages/one/package.json', '{"name":"one"}');
  write('apps/server/dist/bin.js', SERVER);
  write('examples/demo-worker/dist/main.js', WORKER);
  for (const tool of ['pnpm', 'turbo']) {
    write(`node_modules/.bin/${tool}`, TOOL);
    chmodSync(join(root, `node_modules/.bin/${tool}`), 0o755);
  }
  write('node_modules/.bin/package.json', '{"type":"commonjs"}');

  const [httpPort, grpcPort] = [await freePort(), await freePort()];
  /** @type {number[]} */
  const started = [];
  const notes = () =>
    existsSync(join(root, 'notes')) ? readFileSync(join(root, 'notes'), 'utf8').trim().split('\n') : [];
  /** @type {(who: string) => number[]} */
  const pids = (who) =>
    notes().flatMap((line) => (new RegExp(`^${who} (\\d+)$`).exec(line) ? [Number(line.split(' ')[1])] : []));

  return {
    root,
    httpPort,
    grpcPort,
    write,
    notes,
    pids,
    /**
     * `npm run <script>` in this house.
     *
     * @param {string} script
     * @param {NodeJS.ProcessEnv} [env]
     */
    npm(script, env = {}) {
      const child = spawn('npm', ['run', '--silent', script], {
        cwd: root,
        env: { ...process.env, SERVER_PORT: String(httpPort), GRPC_SERVER_PORT: String(grpcPort), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      started.push(child.pid ?? 0);
      let output = '';
      child.stdout.on('data', (chunk) => (output += chunk));
      child.stderr.on('data', (chunk) => (output += chunk));
      return {
        child,
        output: () => output,
        /** @type {Promise<number | null>} */
        exited: new Promise((resolve) => child.once('exit', resolve)),
      };
    },
    /** Ends whatever a failed test left running. */
    dispose() {
      for (const pid of [...started.map((leader) => -leader), ...pids('server'), ...pids('worker')]) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch (error) {
          if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
        }
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no port'));
      server.close(() => resolve(address.port));
    });
  });
}
