import type { ServerResponse } from 'node:http';

const EPOCH = 'process';

/** The stream of an organisation: what happens in its runs, as lists show it, from the moment a reader comes. */
export class FixtureOrganisation {
  /** The cursors readers came with, one per connection; `undefined` for what comes next. */
  readonly connections: (string | undefined)[] = [];
  readonly #lines: string[] = [];
  readonly #readers = new Set<ServerResponse>();

  /** Tells the readers a line of a run's own stream. */
  announce(name: string, data: string): void {
    const line = `id: ${EPOCH}.${this.#lines.length + 1}\nevent: ${name}\ndata: ${data}\n\n`;
    this.#lines.push(line);
    for (const reader of this.#readers) reader.write(line);
  }

  /** Ends every connection in the middle, as a broken network does. */
  cut(): void {
    for (const reader of this.#readers) reader.destroy();
  }

  /** Answers a request for the stream. */
  stream(response: ServerResponse, cursor: string | undefined): void {
    this.connections.push(cursor);
    const head = this.#lines.length;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' });
    response.write(`event: ready\ndata: ${JSON.stringify({ epoch: EPOCH, from: head + 1, head })}\n\n`);
    const from = cursor === undefined ? head : Number(cursor.split('.')[1]);
    for (const line of this.#lines.slice(from)) response.write(line);
    this.#readers.add(response);
    response.on('close', () => this.#readers.delete(response));
  }
}
