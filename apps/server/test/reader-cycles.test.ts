import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '@flovyn/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSse } from './support/sse-reader.js';
import { type TestServer, startTestServer } from './support/test-server.js';

const CYCLES = 2_000;
const AT_ONCE = 50;
/** What a forgotten reader would keep at least: its writer, its timers and what it listens to. */
const LEAK_BYTES = 3_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ environment: { STREAM_WAIT_MAX: '0' } });
});
afterAll(() => server.stop());

/** Opens a stream, and leaves at its first bytes. */
function comeAndGo(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.httpPort, '127.0.0.1');
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.once('data', () => socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`);
  });
}

async function cycles(count: number, paths: readonly string[]): Promise<void> {
  for (let done = 0; done < count; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => comeAndGo(paths[index % paths.length] ?? '')));
  }
}

function countOf(kind: string): number {
  return process.getActiveResourcesInfo().filter((one) => one === kind).length;
}

/** What is still in use, once everything that can be thrown away has been. */
function heapUsed(): number {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

const readersOf = async (): Promise<string | undefined> =>
  /^flovyn_stream_readers (\d+)$/m.exec((await server.call('/_/metrics')).text)?.[1];

it(`R28 ${CYCLES} readers that come and go leave nothing behind`, async () => {
  const { json } = await server.call('/api/orgs/dev/workflow-executions', { body: { kind: 'none' } });
  const stream = `/api/orgs/dev/workflow-executions/${String(json['id'])}/stream`;
  const paths = [stream, `${stream}/consolidated`, '/api/orgs/dev/stream'];
  // What is made once is made, and stays.
  const steady = await readSse(`${server.http}/api/orgs/dev/stream`);
  await cycles(400, paths);
  await eventually('only the steady reader', async () => (await readersOf()) === '1');
  const [timers, sockets, heap] = [countOf('Timeout'), countOf('TCPSocketWrap'), heapUsed()];

  await cycles(CYCLES, paths);

  await eventually('only the steady reader', async () => (await readersOf()) === '1');
  await eventually('the timers of before', () => countOf('Timeout') <= timers);
  await eventually('the connections of before', () => countOf('TCPSocketWrap') <= sockets);
  expect(heapUsed() - heap).toBeLessThan(CYCLES * LEAK_BYTES);
  steady.cut();
});
