import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openReaders } from './reader.js';
import { sharedNow, tokenEnd } from './work.js';

const server = createServer();
let url = '';

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const frame = (text: string): string => `event: token\nid: e.1\ndata: {"event":{"type":"token","text":"${text}"}}\n\n`;

/** Opens one reader and gives what it reads from. */
async function open() {
  const asked = once(server, 'request') as Promise<[unknown, ServerResponse]>;
  const opening = openReaders([url]);
  const [, response] = await asked;
  response.writeHead(200).flushHeaders();
  return { response, readers: await opening };
}

test('tokens are counted and timed across the borders of chunks, joined ones one by one', async () => {
  const { response, readers } = await open();
  const spoken = sharedNow() - 5;
  const token = `${spoken.toFixed(3)}${tokenEnd}`;
  const text = `: keep-alive\n\nevent: ready\ndata: {}\n\n${frame(token)}${frame(token + token)}`;
  const latencies: number[] = [];
  let frames = 0;
  for (const character of text) response.write(character);
  const taken = (): number => {
    const seen = readers.take();
    latencies.push(...seen.latencies);
    frames += seen.frames;
    return latencies.length;
  };
  await expect.poll(taken).toBe(3);
  expect(frames).toBe(2);
  for (const latency of latencies) expect(latency).toBeGreaterThanOrEqual(4.9);
  readers.close();
});

test('a stream that is refused is an error', async () => {
  server.once('request', (_, response) => response.writeHead(404).end());
  await expect(openReaders([url])).rejects.toThrow('404');
});
