import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '../house/serve.js';
import { type Speech, speakInto } from '../work.js';

/**
 * What streams cost without anything behind them: `node:http` and nothing else writes frames like the server's. Frames of
 * one turn of the event loop leave in one write, as the server's do, and are made once for all who listen.
 *
 * - `/speeches/<name>?perSecond=`: made at the pace at which a task would speak. All readers of one name hear one speech.
 * - `/stored?entries=`: so many, which are there already.
 */
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bare');
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  const told =
    pathname === '/stored'
      ? recite(response, Number(searchParams.get('entries')))
      : attend(pathname, { perSecond: Number(searchParams.get('perSecond')) }, response);
  told.catch((error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))));
});

const audiences = new Map<string, Set<ServerResponse>>();

/** Joins those who hear a speech; the first of them makes it begin. */
async function attend(name: string, speech: Speech, response: ServerResponse): Promise<void> {
  const audience = audiences.get(name) ?? new Set<ServerResponse>();
  response.on('close', () => audience.delete(response));
  audience.add(response);
  if (audiences.has(name)) return;
  audiences.set(name, audience);
  await speakTo(audience, speech);
  audiences.delete(name);
  for (const listener of audience) listener.end();
}

async function speakTo(audience: ReadonlySet<ServerResponse>, speech: Speech): Promise<void> {
  let seq = 0;
  let waiting = '';
  const isLeft = (): boolean => audience.size === 0;
  await speakInto(speech, isLeft, (token, isLast) => {
    seq += 1;
    waiting += frame(seq, 'token', `{"type":"token","text":"${token}"}`);
    if (!isLast) return;
    const bytes = Buffer.from(waiting);
    waiting = '';
    const slow = [...audience].filter((listener) => !listener.write(bytes) && !listener.destroyed);
    if (slow.length > 0) return Promise.all(slow.map(drained)).then(() => undefined);
  });
}

const PAGE_BYTES = 1_048_576;

/** Pages of frames, made before anybody asks. */
let pages: { readonly entries: number; readonly bytes: readonly Buffer[] } = { entries: 0, bytes: [] };

async function recite(response: ServerResponse, entries: number): Promise<void> {
  for (const page of pagesOf(entries)) {
    if (!response.write(page)) await drained(response);
  }
  response.end('event: end\ndata: {"status":"COMPLETED"}\n\n');
}

function pagesOf(entries: number): readonly Buffer[] {
  if (pages.entries === entries) return pages.bytes;
  const bytes: Buffer[] = [];
  let page = '';
  for (let seq = 1; seq <= entries; seq += 1) {
    page += frame(seq, 'data', `{"type":"data","data":{"told":${seq}}}`);
    if (page.length < PAGE_BYTES && seq < entries) continue;
    bytes.push(Buffer.from(page));
    page = '';
  }
  pages = { entries, bytes };
  return bytes;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

const id = '01a1f817-0688-7120-bf83-9ade0946548c';
const task = '476a1739-e4cc-5d7f-ab19-a333ff1a5009';

function frame(seq: number, name: string, event: string): string {
  const head = `"v":1,"seq":${seq},"epoch":"asj8D78or9Fu","executionId":"${id}","rootExecutionId":"${id}"`;
  const body = `"taskExecutionId":"${task}","attempt":1,"timestampMs":${Date.now()},"event":${event}`;
  return `event: ${name}\nid: asj8D78or9Fu.${seq}\ndata: {${head},${body}}\n\n`;
}

const orders = {
  listen: (): Promise<number> =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    }),
  /** Makes the entries before somebody measures how long they take to arrive. */
  store: (entries: number): Promise<number> => Promise.resolve(pagesOf(entries).length),
};

export type BareStreamOrders = typeof orders;
serve(orders, () => {
  server.closeAllConnections();
  server.close();
  return Promise.resolve();
});
