import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeHouse, isAlive } from './fake-house.mjs';

/** @type {Awaited<ReturnType<typeof fakeHouse>>} */
let house;
beforeEach(async () => (house = await fakeHouse()));
afterEach(() => house.dispose());

const waitFor = (/** @type {() => void} */ condition) => vi.waitFor(condition, { timeout: 60_000, interval: 20 });

/** @param {NodeJS.ProcessEnv} [env] */
async function started(env) {
  const npm = house.npm('start', env);
  await waitFor(() => expect(npm.output()).toContain('Flovyn is running'));
  await waitFor(() => expect(house.pids('worker')).toHaveLength(1));
  return npm;
}

const everybody = () => [...house.pids('server'), ...house.pids('worker')];

describe('npm start', () => {
  test('installs, builds, starts the server, then the worker, then a run, and says where they are', async () => {
    const npm = await started();
    await waitFor(() => expect(npm.output()).toContain('worker of'));
    // The run is asked for beside the worker's first words: either may come first.
    await waitFor(() => expect(house.notes()).toContain('POST /api/orgs/dev/workflow-executions'));
    expect(house.notes().map((line) => line.replace(/\d{2,}$/, 'n'))).toEqual([
      'pnpm install --frozen-lockfile --prefer-offline',
      'turbo run build --output-logs=errors-only',
      'server n',
      expect.stringMatching(/worker|POST/),
      expect.stringMatching(/worker|POST/),
    ]);
    expect(npm.output()).toContain('dev 1');
    expect(npm.output()).toContain(
      `worker of 550e8400-e29b-41d4-a716-446655440000 at http://127.0.0.1:${house.grpcPort}`,
    );
    expect(npm.output()).toContain(`http://127.0.0.1:${house.httpPort}\n`);
    expect(npm.output()).toContain('flovyn_sk_dev_admin');
    await waitFor(() => expect(npm.output()).toMatch(/http:\S+0-1\n/));
  });

  test('installs once', async () => {
    const first = await started();
    first.child.kill('SIGTERM');
    await waitFor(() => expect(everybody().some(isAlive)).toBe(false));
    house.npm('start');
    await waitFor(() => expect(house.pids('server')).toHaveLength(2));
    expect(house.notes().filter((line) => line.startsWith('pnpm'))).toHaveLength(1);
  });

  test('leaves no process behind after Ctrl-C, and asks the server once', async () => {
    const npm = await started();
    process.kill(-Number(npm.child.pid), 'SIGINT');
    await waitFor(() => expect(everybody().filter(isAlive)).toEqual([]));
    expect(house.notes().filter((line) => line === 'server stops')).toHaveLength(1);
  });

  test.each(/** @type {const} */ (['SIGTERM', 'SIGHUP', 'SIGKILL']))(
    'leaves no process behind when npm gets %s, and asks the server once',
    async (signal) => {
      const npm = await started();
      npm.child.kill(signal);
      await waitFor(() => expect(everybody().filter(isAlive)).toEqual([]));
      expect(house.notes().filter((line) => line === 'server stops')).toHaveLength(1);
    },
  );

  test('leaves no process behind when the terminal is closed', async () => {
    const npm = await started();
    npm.child.stdout.destroy();
    npm.child.stderr.destroy();
    process.kill(-Number(npm.child.pid), 'SIGHUP');
    await waitFor(() => expect(everybody().filter(isAlive)).toEqual([]));
    expect(house.notes()).toContain('server stops');
  });

  test('leaves no process behind when everything above the server is killed at once', async () => {
    const npm = await started();
    process.kill(-Number(npm.child.pid), 'SIGKILL');
    await waitFor(() => expect(everybody().filter(isAlive)).toEqual([]));
    expect(house.notes()).toContain('server stops');
  });

  test('gives the exit code of the server', async () => {
    const failing = house.npm('start', { FAKE_EXIT: '7' });
    expect(await failing.exited).toBe(7);
    expect(house.pids('worker')).toEqual([]);
  });

  test('ends, and stops the worker, when the server ends', async () => {
    const npm = await started();
    await fetch(`http://127.0.0.1:${house.httpPort}/exit`).catch(() => undefined);
    expect(await npm.exited).toBe(3);
    expect(npm.output()).toContain('The server ended by itself, with exit code 3.');
    expect(everybody().filter(isAlive)).toEqual([]);
  });

  test('starts the worker again when it dies, and says so', async () => {
    const npm = await started();
    process.kill(Number(house.pids('worker')[0]), 'SIGKILL');
    await waitFor(() => expect(house.pids('worker')).toHaveLength(2));
    expect(npm.output()).toContain('The demo worker ended with exit code 137; it starts again in 0.5 s.');
    expect(house.pids('server')).toHaveLength(1);
  });

  test('refuses a port that is in use, by name, before it builds anything', async () => {
    const other = createServer();
    await new Promise((resolve) => other.listen(house.httpPort, '127.0.0.1', () => resolve(undefined)));
    other.on('connection', (socket) => socket.destroy());
    const npm = house.npm('start');
    expect(await npm.exited).toBe(1);
    expect(npm.output()).toContain(`Port ${house.httpPort} cannot be used: another program listens on it.`);
    expect(npm.output()).toContain(`SERVER_PORT=${house.httpPort + 1}`);
    expect(npm.output()).not.toContain('at ');
    expect(house.notes()).toEqual([]);
    other.close();
  });

  test('says so when Flovyn already runs there', async () => {
    await started();
    const second = house.npm('start');
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('Perhaps Flovyn is running already');
  });

  test('stops with a sentence when the install fails', async () => {
    const npm = house.npm('start', { FAKE_PNPM_EXIT: '2' });
    expect(await npm.exited).toBe(1);
    expect(npm.output()).toContain('The dependencies could not be installed');
    expect(house.notes()).toEqual(['pnpm install --frozen-lockfile --prefer-offline']);
  });

  test('shows what the build said when it fails, and only then', async () => {
    const npm = house.npm('start', { FAKE_TURBO_EXIT: '2' });
    expect(await npm.exited).toBe(1);
    expect(npm.output()).toContain('turbo says something');
    expect(npm.output()).toContain('The step "build" failed');
    expect(house.pids('server')).toEqual([]);
    expect((await started()).output()).not.toContain('turbo says something');
  });
});
