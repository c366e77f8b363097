import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { limits } from '@flovyn/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSecureHttpServer } from './secure-server.js';

const pem = (name: string): string =>
  readFileSync(new URL(`../../test/support/certificate/${name}.pem`, import.meta.url), 'utf8');

let stop: () => void = () => undefined;
afterEach(() => {
  vi.useRealTimers();
  stop();
});

/** A server that answers when a request is there, whole or not. */
async function aServer() {
  let arrive: () => void;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const server = createSecureHttpServer(() => arrive(), 10, { cert: pem('cert'), key: pem('key') });
  server.on('sessionError', () => undefined);
  stop = () => {
    server.close();
    server.closeAllConnections();
  };
  const listen = (): Promise<number> =>
    new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
  return { server, listen, arrived };
}

function session(port: number): ClientHttp2Session {
  const opened = connect(`https://127.0.0.1:${port}`, { ca: pem('cert') });
  opened.on('error', () => undefined);
  return opened;
}

describe('the HTTP server over TLS', () => {
  it('L26 says over HTTP/2 how much it takes', async () => {
    const { listen } = await aServer();
    const opened = session(await listen());
    const settings = await new Promise((resolve) => opened.on('remoteSettings', resolve));
    expect(settings).toMatchObject({ maxConcurrentStreams: 250, maxHeaderListSize: limits.httpHeaderBytes });
  });

  it('L26 gives a request over HTTP/2 30 s for its body', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { listen, arrived } = await aServer();
    const stream = session(await listen()).request({ ':method': 'POST', ':path': '/' }, { endStream: false });
    const closed = new Promise((resolve) => stream.on('close', () => resolve(stream.rstCode)));
    stream.on('error', () => undefined);
    stream.write('{');
    await arrived;
    vi.advanceTimersByTime(limits.httpBodyMs - 1);
    expect(stream.closed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await closed).toBe(constants.NGHTTP2_CANCEL);
  });

  it('L26 holds HTTP/1.1 to what it is held to without TLS', async () => {
    const { server, listen } = await aServer();
    expect(server).toMatchObject({
      headersTimeout: limits.httpHeadersMs,
      requestTimeout: limits.httpBodyMs,
      keepAliveTimeout: limits.httpKeepAliveMs,
      maxHeaderSize: limits.httpHeaderBytes,
    });
    Object.assign(server, { headersTimeout: 20, requestTimeout: 20, connectionsCheckingInterval: 10 });
    const port = await listen();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connectTls({ port, host: '127.0.0.1', ca: pem('cert') }, () => {
        socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n');
      });
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  });
});
