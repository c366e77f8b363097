import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A real HTTP server that gives the scripted answers in turn; the last one again and again. */
export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

export async function scriptedServer(...answers: readonly [Answer, ...Answer[]]): Promise<ScriptedServer> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)] ?? answers[0];
    requests.push(request);
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An event stream with this text; `cut` breaks the connection after it, otherwise it ends in order. */
export function stream(text: string | Uint8Array, ending: 'end' | 'cut' | 'open' = 'end'): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    if (ending === 'end') response.end(text);
    else if (ending === 'open') response.write(text);
    else response.write(text, () => response.destroy());
  };
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
    response.end(JSON.stringify({ title: code, status, code, detail: `why it is ${code}` }));
  };
}

export function json(status: number, body: unknown): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
}
