import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a fake answers with: JSON, a text with a status, or whatever it does with the response itself. */
export type FakeAnswer =
  | { readonly json: unknown; readonly status?: number }
  | { readonly text: string; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | 'nothing'
  | 'rubbish without end';

export interface FakeHttp {
  readonly url: string;
  /** The bodies of all requests so far. */
  readonly asked: readonly string[];
  /** From now on. A function is asked for each body. */
  answer(next: FakeAnswer | ((body: string) => FakeAnswer)): void;
  close(): Promise<void>;
}

/** Somebody on this machine whom the server asks, scripted. */
export async function startFakeHttp(first: FakeAnswer | ((body: string) => FakeAnswer)): Promise<FakeHttp> {
  let next = first;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(body);
      send(response, typeof next === 'function' ? next(body) : next);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    answer: (answer) => void (next = answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, answer: FakeAnswer): void {
  if (answer === 'nothing') return;
  if (answer === 'rubbish without end') {
    const chunk = 'x'.repeat(65_536);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
    return;
  }
  const [text, headers] =
    'json' in answer
      ? [JSON.stringify(answer.json), { 'content-type': 'application/json' }]
      : [answer.text, answer.headers];
  response.writeHead(answer.status ?? 200, headers).end(text);
}

/** An address of this machine at which nobody listens. */
export async function nobodysAddress(): Promise<string> {
  const fake = await startFakeHttp('nothing');
  await fake.close();
  return fake.url;
}
