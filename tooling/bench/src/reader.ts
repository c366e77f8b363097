import { type ClientRequest, get } from 'node:http';
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
  const requests = await Promise.all(urls.map((url) => openReader(url, read)));
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
function openReader(url: string, read: (frames: string, at: number) => void): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers: { accept: 'text/event-stream' } }, (response) => {
      if (response.statusCode !== 200) {
        request.destroy();
        return reject(new Error(`${url} was answered with ${response.statusCode}`));
      }
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
      response.on('error', () => {
        // It was closed by us, or its server ended: what it has seen until then counts.
      });
      resolve(request);
    });
    request.on('error', reject);
  });
}
