import { type ClientRequest, type IncomingMessage, get } from 'node:http';
import { sharedNow, tokenEnd, tokenTime } from './work.js';

/** What readers have seen since they were last asked. */
export interface Seen {
  readonly frames: number;
  readonly tokens: number;
  /** From spoken to read, in milliseconds, for each token. */
  readonly latencies: readonly number[];
}

/** Some readers of live streams, each over a connection of its own. */
export interface Readers {
  /** Takes what was seen and begins anew. */
  take(): Seen;
  close(): void;
}

const frameEnd = '\n\n';
const tokenFrame = 'event: token\n';

/** A listening socket holds so many connections that were not yet taken; the rest would try again a second later. */
const OPENING_AT_ONCE = 256;

/** Opens the streams and resolves when all of them have been answered. */
export async function openReaders(urls: readonly string[]): Promise<Readers> {
  let frames = 0;
  let latencies: number[] = [];
  const read = (text: string, at: number): void => {
    for (let from = text.indexOf(tokenFrame); from !== -1; from = text.indexOf(tokenFrame, from + 1)) frames += 1;
    for (let end = text.indexOf(tokenEnd); end !== -1; end = text.indexOf(tokenEnd, end + 1)) {
      latencies.push(at - tokenTime(text, end));
    }
  };
  const requests: ClientRequest[] = [];
  const left = urls.values();
  const lane = async (): Promise<void> => {
    for (const url of left) requests.push(await openReader(url, read));
  };
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, lane));
  return {
    take() {
      const seen = { frames, tokens: latencies.length, latencies };
      frames = 0;
      latencies = [];
      return seen;
    },
    close() {
      for (const request of requests) request.destroy();
    },
  };
}

/** Hands over the text of whole frames as they come: a frame that is cut by a chunk waits for its end. */
async function openReader(url: string, read: (frames: string, at: number) => void): Promise<ClientRequest> {
  const { request, response } = await openStream(url);
  let rest = '';
  // What is counted is ASCII; the cheapest decoding keeps the reader from being what is measured.
  response.setEncoding('latin1');
  response.on('data', (chunk: string) => {
    const at = sharedNow();
    const text = rest + chunk;
    const end = text.lastIndexOf(frameEnd);
    if (end === -1) {
      rest = text;
      return;
    }
    read(text.slice(0, end), at);
    rest = text.slice(end + frameEnd.length);
  });
  return request;
}

/** Opens a stream that nobody counts: it is read, or nothing is ever read from it. */
export async function openBeside(url: string, isRead: boolean): Promise<ClientRequest> {
  const { request, response } = await openStream(url);
  if (isRead) response.resume();
  else response.pause();
  return request;
}

const entryId = '\nid: ';

/** Reads a stream to its end, and counts its entries. */
export async function readToEnd(url: string): Promise<number> {
  const { request, response } = await openStream(url);
  response.setEncoding('latin1');
  let entries = 0;
  let rest = '';
  for await (const chunk of response as AsyncIterable<string>) {
    const text = rest + chunk;
    for (let at = text.indexOf(entryId); at !== -1; at = text.indexOf(entryId, at + 1)) entries += 1;
    // Too short to hold one, long enough for the beginning of one.
    rest = text.slice(1 - entryId.length);
  }
  request.destroy();
  return entries;
}

interface OpenStream {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

function openStream(url: string): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers: { accept: 'text/event-stream' } }, (response) => {
      if (response.statusCode !== 200) {
        request.destroy();
        return reject(new Error(`${url} was answered with ${response.statusCode}`));
      }
      response.on('error', () => {
        // It was closed by us, or its server ended: what it has seen until then counts.
      });
      resolve({ request, response });
    });
    request.on('error', reject);
  });
}
