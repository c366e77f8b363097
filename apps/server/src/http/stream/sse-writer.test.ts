import { readFileSync } from 'node:fs';
import { type RequestListener, type ServerResponse, createServer, get } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { eventually } from '@flovyn/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createSecureHttpServer } from '../secure-server.js';
import { type SseWriter, type SseWriterOptions, openSse } from './sse-writer.js';

let stop: () => void = () => undefined;
afterEach(() => stop());

const pem = (name: string): string =>
  readFileSync(new URL(`../../../test/support/certificate/${name}.pem`, import.meta.url), 'utf8');

/** How a reader asks, over each version of HTTP. */
const VERSIONS = {
  'HTTP/1.1': {
    createServer,
    ask: (port: number) => new Promise<Readable>((resolve) => get({ port, host: '127.0.0.1', agent: false }, resolve)),
  },
  'HTTP/2': {
    createServer: (listener: RequestListener) =>
      createSecureHttpServer(listener, 1, { cert: pem('cert'), key: pem('key') }),
    ask: async (port: number) => {
      const session = connect(`https://127.0.0.1:${port}`, { ca: pem('cert') });
      session.on('error', () => undefined);
      const stream = session.request({ ':path': '/' });
      stream.on('error', () => undefined);
      await new Promise((resolve) => stream.on('response', resolve));
      return stream as Readable;
    },
  },
} as const;

/** A real connection: a reader, and the writer it is served by. */
async function connectOver(version: keyof typeof VERSIONS, options: Partial<SseWriterOptions> = {}) {
  let writer: SseWriter | undefined;
  let response: ServerResponse | undefined;
  let stalls = 0;
  const running = VERSIONS[version].createServer((_request, answer) => {
    response = answer;
    writer = openSse(answer, { onStall: () => stalls++, ...options });
  });
  stop = () => {
    running.close();
    running.closeAllConnections();
  };
  await new Promise<void>((resolve) => running.listen(0, '127.0.0.1', resolve));
  const { port } = running.address() as AddressInfo;
  let text = '';
  const incoming = await VERSIONS[version].ask(port);
  let isOver = false;
  incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
  incoming.on('error', () => undefined);
  incoming.on('close', () => (isOver = true));
  if (writer === undefined || response === undefined) throw new Error('The server has not been asked.');
  return { writer, response, incoming, text: () => text, isOver: () => isOver, stalls: () => stalls };
}

describe.each(['HTTP/1.1', 'HTTP/2'] as const)('an event stream over %s', (version) => {
  const aConnection = (options: Partial<SseWriterOptions> = {}) => connectOver(version, options);

  it('R28 begins with a comment, and says that it lives while there is nothing to say', async () => {
    const { text, writer } = await aConnection({ keepAliveMs: 10 });
    await eventually('three signs of life', () => text().split(': keep-alive\n\n').length > 3);
    writer.end('');
  });

  it('R24 closes on a reader that takes nothing for too long', async () => {
    const { writer, incoming, response, stalls } = await aConnection({ stallMs: 50 });
    incoming.pause();
    const chunk = Buffer.alloc(1_048_576, 'x');
    for (let round = 0; round < 40; round++) writer.write(chunk, 1);
    await writer.closed;
    expect(stalls()).toBe(1);
    expect(response.destroyed).toBe(true);
  });

  it('R24 has patience with a reader that comes back in time', async () => {
    const { writer, incoming, text, stalls } = await aConnection();
    incoming.pause();
    const chunk = Buffer.alloc(1_048_576, 'x');
    for (let round = 0; round < 20; round++) writer.write(chunk, 1);
    expect(writer.isBehind()).toBe(true);
    incoming.resume();
    await writer.caughtUp();
    expect(writer.isBehind()).toBe(false);
    await eventually('everything', () => text().length > 20 * chunk.length);
    expect(stalls()).toBe(0);
    writer.end('');
  });

  it('closes when it is old, and asks the reader to come back', async () => {
    const { text, isOver } = await aConnection({ maxAgeMs: 20 });
    await eventually('the end', isOver);
    expect(text()).toMatch(/retry: \d{4}\n\n$/);
  });

  it('R28 is over when the reader leaves, and writes nothing any more', async () => {
    const { writer, incoming } = await aConnection({ keepAliveMs: 5 });
    incoming.destroy();
    await writer.closed;
    expect(writer.isClosed).toBe(true);
    expect(() => writer.write('late', 1)).not.toThrow();
    expect(() => writer.end('late')).not.toThrow();
    await writer.caughtUp();
  });

  it('R28 is over at once when the reader has left before it begins', async () => {
    const { writer, response, incoming } = await aConnection();
    incoming.destroy();
    await writer.closed;
    const late = openSse(response, { onStall: () => undefined });
    await late.closed;
    expect(late.isClosed).toBe(true);
  });
});
