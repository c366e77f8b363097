import { type IncomingMessage, get } from 'node:http';
import type { Frame } from '@flovyn/events';
import { type DecodedMessage, createSseDecoder, decodeMessage } from '@flovyn/events/sse';

/** An entry as it came, with the cursor to go on from. */
export interface Entry {
  readonly id: string;
  readonly frame: Frame;
  /** The JSON as it stood in the stream: two readings of an entry are equal to the byte. */
  readonly text: string;
}

export interface Reading {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Every message in order, entries and control frames. */
  readonly messages: readonly DecodedMessage[];
  readonly entries: readonly Entry[];
  /** Whether the stream said that nothing follows. */
  readonly hasEnded: boolean;
}

export interface ReadOptions {
  /** Sent as `Last-Event-ID`. */
  readonly after?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Cuts the connection once there are so many entries; what the same chunk still held is thrown away. */
  readonly entries?: number | undefined;
  /** Cuts the connection after so many bytes, wherever they end. */
  readonly bytes?: number | undefined;
}

/** Reads a stream as curl would, to its end or until it is cut. */
export function readStream(url: string, options: ReadOptions = {}): Promise<Reading> {
  const headers = {
    accept: 'text/event-stream',
    ...(options.after === undefined ? {} : { 'last-event-id': options.after }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, (response) => {
      const decoder = createSseDecoder();
      const messages: DecodedMessage[] = [];
      const entries: Entry[] = [];
      const chunks: Buffer[] = [];
      let room = options.bytes ?? Number.POSITIVE_INFINITY;
      let isCut = false;

      const take = (chunk: Buffer): void => {
        if (isCut) return;
        const part = chunk.subarray(0, Math.min(room, chunk.length));
        room -= part.length;
        chunks.push(part);
        for (const line of decoder.push(part)) {
          if (line.kind !== 'message' || entries.length === options.entries) continue;
          const message = decodeMessage(line);
          messages.push(message);
          if (message.kind === 'entry') entries.push({ id: message.id ?? '', frame: message.frame, text: line.data });
        }
        if (room > 0 && entries.length !== options.entries) return;
        isCut = true;
        response.destroy();
      };
      response.on('data', take);
      response.on('error', () => undefined);
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
          messages,
          entries,
          hasEnded: messages.some(({ kind }) => kind === 'end'),
        }),
      );
    });
    request.on('error', reject);
  });
}

/** Reads to the end over many connections, each cut as `cutNext` says. @returns the entries, and how often it was cut. */
export async function readInPieces(
  url: string,
  cutNext: () => Pick<ReadOptions, 'entries' | 'bytes'>,
): Promise<{ readonly entries: Entry[]; readonly connections: number }> {
  const entries: Entry[] = [];
  for (let connections = 1; ; connections++) {
    const reading = await readStream(url, { ...cutNext(), after: entries.at(-1)?.id });
    if (reading.status !== 200 && reading.status !== 204) {
      throw new Error(`Connection ${connections} was answered with ${reading.status}: ${reading.body}`);
    }
    entries.push(...reading.entries);
    if (reading.hasEnded || reading.status === 204) return { entries, connections };
  }
}
