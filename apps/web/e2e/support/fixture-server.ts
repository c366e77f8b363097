import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { json } from 'node:stream/consumers';
import { FixtureOrganisation } from './fixture-organisation.js';
import { FixtureRun } from './fixture-run.js';

/** The strictest policy the app has to live with: nothing inline, nothing from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** What a started run does, told by the test. */
export type Script = (run: FixtureRun) => void;

/**
 * The app's files and a small server behind them, whose runs say exactly what a test wants, when it wants it.
 *
 * Real runs come from the real server; this one is for what is hard to bring about there: a cut in a certain place, an
 * answer that fails, output that has expired.
 */
export class FixtureServer {
  readonly runs: FixtureRun[] = [];
  readonly organisation = new FixtureOrganisation();
  /** Status of every answer under /api; 200 serves. */
  status = 200;
  isSignedIn = true;
  /** Told of each run that the page starts. */
  onStart: Script = () => undefined;
  readonly #root: string;
  readonly #byKey = new Map<string, FixtureRun>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  /** @param root - the folder of the built app. */
  constructor(root: string) {
    this.#root = root;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  add(type: 'workflow' | 'task', kind: string, input?: unknown): FixtureRun {
    const run = new FixtureRun(type, kind, input, (name, data) => this.organisation.announce(name, data));
    this.runs.push(run);
    return run;
  }

  /** The address of a run's page. */
  pageOf({ type, id }: FixtureRun): string {
    return `${this.url}/org/dev/${type}s/executions/${id}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    if (!pathname.startsWith('/api/')) return this.#file(pathname, response);
    if (pathname === '/api/session') return this.#session(request, response);
    if (this.status !== 200) return problem(response, this.status);

    const cursor = request.headers['last-event-id'] as string | undefined;
    if (pathname === '/api/orgs/dev/stream') return this.organisation.stream(response, cursor);

    const [, type, id, door] =
      /^\/api\/orgs\/dev\/(workflow|task)-executions(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (type === undefined) return problem(response, 404);
    if (id === undefined) {
      if (request.method === 'POST') return this.#start(type as FixtureRun['type'], request, response);
      const status = searchParams.get('status');
      const rows = this.runs
        .filter((run) => run.type === type && (status === null || run.fields['status'] === status))
        .map((run) => run.fields)
        .toReversed();
      return answer(response, 200, { [`${type}s`]: rows, total: rows.length, limit: 50, offset: 0 });
    }
    const run = this.runs.find((each) => each.id === id && each.type === type);
    if (run === undefined) return problem(response, 404);
    if (door === undefined) return answer(response, 200, run.fields);
    if (door === 'stream') return run.stream(response, cursor);
    return problem(response, 404);
  }

  async #start(type: FixtureRun['type'], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { kind, input, idempotencyKey } = (await json(request)) as Record<string, string>;
    const known = this.#byKey.get(idempotencyKey ?? '');
    const run = known ?? this.add(type, kind ?? '', input);
    if (idempotencyKey !== undefined) this.#byKey.set(idempotencyKey, run);
    answer(response, known === undefined ? 201 : 200, {
      ...run.fields,
      workflowExecutionId: run.id,
      links: { self: '', events: '' },
      idempotencyKeyUsed: true,
      idempotencyKeyNew: known === undefined,
    });
    if (known === undefined) this.onStart(run);
  }

  #session(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === 'POST') {
      this.isSignedIn = true;
      response.writeHead(204).end();
      return;
    }
    if (!this.isSignedIn) return problem(response, 401);
    answer(response, 200, { principal: 'admin', role: 'OWNER', orgs: [{ id: '1', slug: 'dev', name: 'Development' }] });
  }

  async #file(pathname: string, response: ServerResponse): Promise<void> {
    const isPage = extname(pathname) === '';
    const path = join(this.#root, isPage ? 'index.html' : normalize(pathname));
    const body = await readFile(path);
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      ...(isPage ? { 'content-security-policy': POLICY } : {}),
    });
    response.end(body);
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number): void {
  const slug = { 401: 'unauthenticated', 404: 'not-found', 503: 'unavailable' }[status] ?? 'internal';
  const detail = `The fixture answers ${status}.`;
  // A reader that is told to wait a minute does not come back by itself within a test.
  if (status === 503) response.setHeader('retry-after', '60');
  answer(response, status, { type: `/api/docs/errors/${slug}`, title: slug, status, detail, error: detail });
}
