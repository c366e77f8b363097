import type { StreamSource } from '../../src/live-stream.js';

/** One connection of a source without a network, driven by the test. */
export interface FakeConnection {
  readonly cursor: string | undefined;
  readonly signal: AbortSignal;
  /** Answers; without a status, with an event stream. */
  answer(status?: number): void;
  send(text: string | Uint8Array): void;
  /** Ends the body in order. */
  end(): void;
  /** Breaks: before the answer the request fails, after it the body does. */
  fail(): void;
  /** How often more was wanted than had been sent. */
  readonly pulls: number;
}

/** A source whose connections appear in `opened`, in order. */
export function fakeConnections() {
  const opened: FakeConnection[] = [];
  let arrived = () => undefined as void;
  const source: StreamSource = {
    attempted: 'GET /fake',
    open: (cursor, signal) =>
      new Promise((resolve, reject) => {
        let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
        const connection = {
          cursor,
          signal,
          pulls: 0,
          answer(status = 200) {
            const body = new ReadableStream<Uint8Array>(
              {
                start: (own) => void (controller = own),
                pull: () => void (connection.pulls += 1),
              },
              { highWaterMark: 0 },
            );
            const headers = { 'content-type': 'text/event-stream' };
            resolve(new Response(status === 204 ? null : body, { status, headers }));
          },
          send: (text: string | Uint8Array) =>
            controller?.enqueue(typeof text === 'string' ? new TextEncoder().encode(text) : text),
          end: () => controller?.close(),
          fail: () => (controller === undefined ? reject(new TypeError('away')) : controller.error(new Error('cut'))),
        };
        signal.addEventListener('abort', () => (controller === undefined ? reject(new Error('aborted')) : undefined));
        opened.push(connection);
        arrived();
      }),
  };
  return {
    source,
    opened,
    /** The connection with this number, from 0, as soon as it is there. */
    async connection(index: number): Promise<FakeConnection> {
      while (opened.length <= index) await new Promise<void>((resolve) => (arrived = resolve));
      const found = opened[index];
      if (found === undefined) throw new Error('it was just there');
      return found;
    },
  };
}

/** Lets everything that is ready to run, run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
