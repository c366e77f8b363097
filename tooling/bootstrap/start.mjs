import { addresses, assertPortsAreFree } from './addresses.mjs';
import { launchNode } from './child.mjs';
import { serverEnvironment, workerEnvironment } from './environment.mjs';
import { prepare } from './prepare.mjs';
import { serve } from './serve.mjs';

/** 3 s: Ctrl-C should not wait for a long task; what the worker held is durable, and somebody takes it up again. */
const WORKER_GRACE_MS = 3_000;

/**
 * `npm start`: builds, starts the server and the demo worker, and stays until one asks it to stop or the server ends.
 *
 * @param {import('./prepare.mjs').Command} command
 * @returns {Promise<number>} the server's exit code
 */
export async function run(command) {
  const where = addresses(command.env);
  // First, so that nobody waits for a build to hear it.
  await assertPortsAreFree(where);
  const env = await prepare(command, 'build');
  const cwd = command.root;
  return serve({
    where,
    stopping: command.stopping,
    launchServer: () => launchNode(['apps/server/dist/bin.js'], { cwd, env: serverEnvironment(env) }),
    launchWorker: () =>
      launchNode(['examples/demo-worker/dist/main.js'], {
        cwd,
        env: workerEnvironment(env, where),
        graceMs: WORKER_GRACE_MS,
      }),
  });
}
