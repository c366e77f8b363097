import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '../house/serve.js';
import { type Speech, speakInto } from '../work.js';

/**
 * What streams cost without anything behind them: `node:http` and nothing else writes frames like the server's, made at
 * the pace at which a task would speak. Frames of one turn of the event loop leave in one write, as the server's do.
 */
const server = createServer((request, response) => {
  const speech = JSON.parse(decodeURIComponent((request.url ?? '/').slice(1))) as Speech;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  stream(response, speech).then(
    () => response.end(),
    (error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))),
  );
});

async function stream(response: ServerResponse, speech: Speech): Promise<void> {
  let seq = 0;
  let waiting = '';
  await speakInto(speech, (token, isLast) => {
    seq += 1;
    waiting += frame(seq, token);
    if (!isLast) return;
    const isTaken = response.write(waiting);
    waiting = '';
    if (!isTaken && !response.destroyed) return drained(response);
  });
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

function frame(seq: number, text: string): string {
  const head = `"v":1,"seq":${seq},"epoch":"asj8D78or9Fu","executionId":"${id}","rootExecutionId":"${id}"`;
  const body = `"taskExecutionId":"${task}","attempt":1,"timestampMs":${Date.now()},"event":{"type":"token","text":"${text}"}`;
  return `event: token\nid: asj8D78or9Fu.${seq}\ndata: {${head},${body}}\n\n`;
}

const orders = {
  listen: (): Promise<number> =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    }),
};

export type BareStreamOrders = typeof orders;
serve(orders, () => {
  server.closeAllConnections();
  server.close();
  return Promise.resolve();
});
