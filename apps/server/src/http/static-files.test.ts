import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webApp } from './static-files.js';

const directory = mkdtempSync(join(tmpdir(), 'flovyn-web-'));
let server: Server;
let address: string;

beforeAll(async () => {
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(directory, 'favicon.svg'), '<svg/>');
  writeFileSync(join(directory, 'assets/index-1a2b3c.js'), 'export {};');
  writeFileSync(join(directory, '.secret'), 'secret');
  const app = express();
  app.use(webApp(directory));
  app.use((_request, response) => void response.status(404).send('nothing'));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

async function get(path: string, accept = 'text/html,*/*', method = 'GET') {
  const response = await fetch(`${address}${path}`, { method, headers: { accept } });
  return { status: response.status, cache: response.headers.get('cache-control'), text: await response.text() };
}

describe('the web app', () => {
  it.each(['/', '/org/dev/workflows/7f0c0f6e', '/org/dev/tasks/order.v1'])(
    'is the page at %s, asked for each time',
    async (path) => {
      expect(await get(path)).toMatchObject({
        status: 200,
        cache: 'no-cache',
        text: expect.stringContaining('page') as string,
      });
    },
  );

  it.each(['/', '/org/dev/workflows'])('is the page at %s for who takes anything, such as curl', async (path) => {
    expect(await get(path, '*/*')).toMatchObject({ status: 200, text: expect.stringContaining('page') as string });
  });

  it('keeps files whose names carry a hash for ever, and asks for the others', async () => {
    expect(await get('/assets/index-1a2b3c.js')).toMatchObject({
      status: 200,
      cache: 'public, max-age=31536000, immutable',
      text: 'export {};',
    });
    expect(await get('/favicon.svg')).toMatchObject({ status: 200, cache: 'no-cache' });
  });

  it.each([
    ['an asset that is gone', '/assets/index-0.js', 'text/html,*/*', 'GET'],
    ['a caller that wants JSON', '/org/dev', 'application/json', 'GET'],
    ['a caller that posts', '/org/dev', 'text/html', 'POST'],
    ['a script that is gone', '/index-0.js', '*/*', 'GET'],
    ['a hidden file', '/.secret', '*/*', 'GET'],
    ['a way out of the directory', '/..%2f..%2fetc%2fpasswd', '*/*', 'GET'],
  ])('is never the answer to %s', async (_what, path, accept, method) => {
    const { status, text } = await get(path, accept, method);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toContain('page');
    expect(text).not.toContain('secret');
  });
});
