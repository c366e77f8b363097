import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpServer } from './server.js';

const server = createHttpServer((_request, response) => response.end('here'), 2);
afterEach(() => void server.close());

/** What the server says to bytes, until it closes the connection. */
function answerTo(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('the HTTP server', () => {
  it('L26 gives requests 10 s for their headers, 30 s for all of them, and idle connections 65 s', () => {
    expect(server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 });
  });

  it('L26 tells a request that comes in too slowly so, and closes', async () => {
    server.headersTimeout = 20;
    server.requestTimeout = 20;
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { readonly port: number }).port));
    });
    const answer = await answerTo(port, 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toContain('/api/docs/errors/deadline-exceeded');
  });
});
