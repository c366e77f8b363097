import { join } from 'node:path';
import { addresses, assertPortsAreFree, port } from './addresses.mjs';
import { launchNode } from './child.mjs';
import { serverEnvironment, workerEnvironment } from './environment.mjs';
import { keepRunning } from './keep-running.mjs';
import { prepare } from './prepare.mjs';
import { serve } from './serve.mjs';

/**
 * `pnpm dev`: server, demo worker and web app from source; each starts again, or reloads, when its source changes.
 *
 * @param {import('./prepare.mjs').Command} command
 * @returns {Promise<number>} the server's exit code
 */
export async function run(command) {
  const where = addresses(command.env);
  const web = port(command.env, 'WEB_PORT', 5173);
  await assertPortsAreFree({ ...where, ports: [...where.ports, web] });
  const env = await prepare(command, 'generate');
  const cwd = command.root;

  /** @type {(file: string, env: NodeJS.ProcessEnv) => import('./child.mjs').Child} */
  const watch = (file, fileEnv) =>
    launchNode(['node_modules/tsx/dist/cli.mjs', 'watch', '--conditions=@flovyn/source', file], { cwd, env: fileEnv });
  const webApp = keepRunning('The web app', () =>
    launchNode(['node_modules/vite/bin/vite.js', '--host', '127.0.0.1', '--port', `${web.port}`, '--strictPort'], {
      cwd: join(cwd, 'apps/web'),
      env,
    }),
  );
  const code = await serve({
    where,
    page: `http://127.0.0.1:${web.port}`,
    stopping: command.stopping,
    launchServer: () => watch('apps/server/src/bin.ts', serverEnvironment({ LOG_LEVEL: 'info', ...env })),
    launchWorker: () => watch('examples/demo-worker/src/main.ts', workerEnvironment(env, where)),
  });
  await webApp.stop();
  return code;
}
