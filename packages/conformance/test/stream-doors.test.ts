import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../src/stream/cli/main.js';
import { playCase } from '../src/stream/play/play.js';
import { open } from '../src/stream/steps.js';
import { openCaller } from '../src/wire/caller.js';
import { type OwnServer, startOwnServer, streamTargetOf } from './support/own-server.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Where this listens until the test is over. */
async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    // Who leaves a connection that is never answered may break it.
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const silent = (): Promise<string> => listen(createServer());

async function closedPort(): Promise<string> {
  const address = await silent();
  await closers.pop()?.();
  return address;
}

describe('before a case is played', () => {
  let server: OwnServer;
  let right: Readonly<Record<'url' | 'grpc' | 'key' | 'worker-key' | 'org', string>>;
  beforeAll(async () => {
    server = await startOwnServer();
    const { servers, key = '', workerKey = '', org } = streamTargetOf(server);
    const [{ url, grpcUrl } = { url: '', grpcUrl: '' }] = servers;
    right = { url, grpc: grpcUrl, key, 'worker-key': workerKey, org };
  });
  afterAll(() => server?.stop());

  /** One case, so that a door that was not tried is told as a broken promise. */
  async function run(options: Readonly<Record<string, string | undefined>>, ...before: string[]) {
    const [out, err]: [string[], string[]] = [[], []];
    const words = Object.entries({ ...right, ...options }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, value],
    );
    const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
    const status = await main(['stream', '--only', 'end-of-a-task', ...before, ...words], output);
    return { status, out: out.join('\n'), err: err.join('\n') };
  }

  test('doors that open are no mistake', async () => {
    expect(await run({})).toMatchObject({ status: 0, err: '' });
  });

  test.each([
    ['a gRPC port at which nobody listens', async () => ({ grpc: await closedPort() }), /--grpc.*UNAVAILABLE/],
    ['a gRPC port that is the HTTP port', async () => ({ grpc: right.url }), /--grpc.*UNAVAILABLE/],
    ['a gRPC port that never answers', async () => ({ grpc: await silent(), timeout: '0.5' }), /--grpc.*no answer/],
    ['no worker key', async () => ({ 'worker-key': undefined }), /--worker-key; a worker has .*PERMISSION_DENIED/],
    ['a wrong worker key', async () => ({ 'worker-key': 'wrong' }), /--worker-key\).*UNAUTHENTICATED/],
    ['a wrong key', async () => ({ key: 'wrong' }), /--key\): GET http:.*\/api\/orgs\/\S+ was answered with 401/],
  ])('%s is told in one line, and no case is played', async (_what, wrong, why) => {
    const { status, out, err } = await run(await wrong());
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(why);
    expect(err).not.toContain('\n');
  });

  test('the doors of every server are tried', async () => {
    const grpc = await closedPort();
    const { status, out, err } = await run({}, '--url', right.url, '--grpc', grpc);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain(`${grpc} (--grpc`);
  });
});

describe('a server that falls silent', () => {
  test('does not keep whoever closes a caller waiting', async () => {
    const caller = openCaller({ grpcUrl: await silent(), orgId: 'org' });
    const call = caller.getEvents({ workflowExecutionId: 'one' });
    caller.close();
    await expect(call).rejects.toThrow('CANCELLED');
  });

  test('when it is asked what the readers should have seen, has broken its promise', async () => {
    const url = await listen(createHttpServer((_, response) => response.writeHead(204).end()));
    const caller = openCaller({ grpcUrl: await silent(), orgId: 'org' });
    closers.push(async () => caller.close());
    const findings = await playCase(
      {
        id: 'silence',
        promise: 'R17',
        title: 'is asked for its history',
        steps: [open('one', 'nobody')],
        expect: [{ see: 'history', reader: 'one', of: 'nobody' }],
      },
      {
        target: { servers: [{ url, grpcUrl: url }], org: 'dev' },
        people: { ask: () => new Promise(() => undefined) },
        caller,
        close: () => undefined,
      },
      200,
    );
    expect(findings).toMatchObject([{ seen: 'took longer than 200 ms' }]);
  });
});
