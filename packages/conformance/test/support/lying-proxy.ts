import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What a liar may change about a request before the server hears of it. */
export interface Asked {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

/** What a liar may change about an answer before the reader hears of it. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Ways to change what goes over the wire; only requests for streams are touched. */
export interface Lying {
  readonly ask?: (asked: Asked) => Asked;
  readonly answer?: (answered: Answered) => Answered;
  /** Made for every connection, the how-manieth from 0; gives what to send in place of a block of the stream. */
  readonly show?: (asked: Asked, connection: number) => (block: string) => readonly string[];
}

export interface LyingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Stands before a server, and says something else than it. */
export async function startLyingProxy(target: string, lying: Lying): Promise<LyingProxy> {
  let connections = 0;

  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const isStream = /\/stream(\/consolidated)?(\?|$)/.test(incoming.url ?? '');
    const { ask, answer, show }: Lying = isStream ? lying : {};
    const heard: Asked = { url: new URL(incoming.url ?? '/', target), headers: incoming.headers };
    const asked = ask?.(heard) ?? heard;
    const change = show?.(heard, connections++);
    const { method } = incoming;
    const forwarded = request(asked.url, { method, headers: asked.headers, agent: false }, (response) => {
      const given: Answered = { status: response.statusCode ?? 500, headers: response.headers };
      const { status, headers } = answer?.(given) ?? given;
      outgoing.writeHead(status, headers);
      outgoing.flushHeaders();
      if (change === undefined) return void response.pipe(outgoing);
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) for (const told of change(`${block}\n\n`)) outgoing.write(told);
      });
      response.on('end', () => outgoing.end(text));
    });
    // Either side may leave; the other one then has nobody to talk to.
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  };

  const server = createServer(pass).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
