import { once } from 'node:events';
import { type RequestListener, createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../src/stream/cli/main.js';
import { openCaller } from '../src/wire/caller.js';
import { type OwnServer, startOwnServer, streamTargetOf } from './support/own-server.js';

/** Asks for one case, so that a door that was not looked at is told as a broken promise. */
async function run(...words: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const io = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  const status = await main(['stream', '--only', 'end-of-a-task', ...words], io);
  return { status, out: out.join('\n'), err: err.join('\n') };
}

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
const answering = (answer: RequestListener): Promise<string> => listen(createHttpServer(answer));
const knowing: RequestListener = (_, response) => response.end(JSON.stringify({ id: crypto.randomUUID() }));

async function closedPort(): Promise<string> {
  const address = await silent();
  await closers.pop()?.();
  return address;
}

describe('before any case is played', () => {
  let server: OwnServer;
  let ours: { url: string; grpc: string; key: string; workerKey: string; org: string };
  beforeAll(async () => {
    server = await startOwnServer();
    const { servers, key = '', workerKey = '', org } = streamTargetOf(server);
    const [{ url, grpcUrl } = { url: '', grpcUrl: '' }] = servers;
    ours = { url, grpc: grpcUrl, key, workerKey, org };
  });
  afterAll(() => server?.stop());

  /** What is said when these options are given in place of the right ones; an option of no words is left out. */
  async function told(changed: Readonly<Record<string, string>>) {
    const { workerKey, ...others } = ours;
    const options = Object.entries({ ...others, 'worker-key': workerKey, ...changed });
    const { status, out, err } = await run(
      ...options.flatMap(([name, value]) => (value === '' ? [] : [`--${name}`, value])),
    );
    expect({ status, out, lines: err.split('\n').length }).toEqual({ status: 1, out: '', lines: 1 });
    return err;
  }

  test('a door that is open lets the cases begin', async () => {
    const { url, grpc, key, workerKey, org } = ours;
    const words = ['--url', url, '--grpc', grpc, '--key', key, '--worker-key', workerKey, '--org', org];
    expect(await run(...words)).toMatchObject({ status: 0, err: '' });
  });

  test('--grpc is named when nobody listens there', async () => {
    const grpc = await closedPort();
    expect(await told({ grpc })).toMatch(new RegExp(`^--grpc ${grpc}: .*UNAVAILABLE`));
  });

  test('--grpc is named when it is the HTTP port', async () => {
    expect(await told({ grpc: ours.url })).toMatch(new RegExp(`^--grpc ${ours.url}: .*UNAVAILABLE`));
  });

  test('--worker-key is named when a user may not connect as a worker', async () => {
    expect(await told({ 'worker-key': '' })).toMatch(
      /^--worker-key is absent, and the key of --key does not let .*PERMISSION_DENIED/,
    );
  });

  test('--worker-key is named when it is wrong', async () => {
    expect(await told({ 'worker-key': 'wrong' })).toMatch(/^--worker-key does not let .*UNAUTHENTICATED/);
  });

  test('--key is named when it is wrong, with the whole address that was asked', async () => {
    expect(await told({ key: 'wrong' })).toMatch(
      new RegExp(`^--key: GET ${ours.url}/api/orgs/${ours.org} was answered with 401: [^{]+$`),
    );
  });

  test('--org is named when there is no such organisation', async () => {
    expect(await told({ org: crypto.randomUUID() })).toMatch(/^--(org|key)/);
  });

  test('the doors of every server are looked at', async () => {
    const grpc = await closedPort();
    const { key, workerKey, org } = ours;
    const words = ['--url', ours.url, '--grpc', grpc, '--url', ours.url, '--grpc', ours.grpc];
    const { status, out, err } = await run(...words, '--key', key, '--worker-key', workerKey, '--org', org);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(new RegExp(`^--grpc ${grpc}: `));
  });
});

describe('a server of somebody else', () => {
  test('that answers with a page is told in one short line', async () => {
    const page = `<!doctype html>\n<html>\n${'<p>Not here</p>\n'.repeat(100)}</html>`;
    for (const status of [200, 404]) {
      const url = await answering((_, response) =>
        response.writeHead(status, { 'content-type': 'text/html' }).end(page),
      );
      const { err } = await run('--url', url);
      expect(err).toMatch(new RegExp(`^--url ${url}: .*${status}.*<!doctype html> <html>`));
      expect(err).not.toContain('\n');
      expect(err.length).toBeLessThan(250);
    }
  });

  test('that answers with other JSON is no server of ours', async () => {
    const url = await answering((_, response) => response.end('{}'));
    expect(await run('--url', url)).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringMatching(/^--url .* no id/),
    });
  });

  test('that takes connections and never answers is given up at --url', async () => {
    const url = await silent();
    const { status, err } = await run('--url', url, '--timeout', '0.2');
    expect({ status, err }).toEqual({ status: 1, err: `--url ${url}: no answer within 0.2 s` });
  });

  test('that takes connections and never answers is given up at --grpc', async () => {
    const [url, grpc] = [await answering(knowing), await silent()];
    const { status, err } = await run('--url', url, '--grpc', grpc, '--timeout', '0.2');
    expect({ status, err }).toEqual({ status: 1, err: `--grpc ${grpc}: no answer within 0.2 s` });
  });
});

test('whoever closes a caller is not kept waiting by a call that is never answered', async () => {
  const caller = openCaller({ grpcUrl: await silent(), orgId: 'org' });
  const call = caller.getEvents({ workflowExecutionId: 'one' });
  caller.close();
  await expect(call).rejects.toThrow('CANCELLED');
});
