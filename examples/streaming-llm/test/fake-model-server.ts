import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface ModelRequest {
  readonly authorization: string | undefined;
  readonly body: { readonly model: string; readonly stream: boolean; readonly messages: readonly object[] };
}

/** An endpoint that answers every chat completion with the same deltas, or with a status. */
export async function startFakeModelServer({ deltas = [], status = 200 }: { deltas?: object[]; status?: number }) {
  const requests: ModelRequest[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push({ authorization: request.headers.authorization, body: JSON.parse(body) as ModelRequest['body'] });
      response.writeHead(status, { 'content-type': 'text/event-stream' });
      const bytes = Buffer.from(
        [...deltas.map((delta) => JSON.stringify({ choices: [{ delta }] })), '[DONE]']
          .map((data) => `data: ${data}\n\n`)
          .join(''),
      );
      // Cut in pieces of seven bytes: inside of lines, and inside of characters.
      for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1/`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
