import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { streamAddresses } from '../src/http/stream/stream-addresses.js';
import { type AllParts, allRoutes } from '../src/http/routes/index.js';
import { type OpenApi, createAnswerCheck } from './support/documented.js';
import { expectProblem } from './support/problem.js';
import { type TestServer, startTestServer } from './support/test-server.js';

let server: TestServer;
let document: OpenApi;
beforeAll(async () => {
  server = await startTestServer();
  document = (await server.call('/api/docs/openapi.json')).json as unknown as OpenApi;
});
afterAll(() => server.stop());

const routes = [...allRoutes({ store: {} } as unknown as AllParts), ...streamAddresses];
const withBody = routes.flatMap((route) => ('body' in route && route.body !== undefined ? [route] : []));

/** An address, with something in it that exists nowhere. */
function addressOf(path: string): string {
  const values: Readonly<Record<string, string>> = { org: 'dev', identifier: 'key:x', slug: 'internal', file: 'x.js' };
  return path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? '7f0c0f6e-0000-4000-8000-0000000000ff');
}

describe('the OpenAPI document', () => {
  it('is one of version 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('S23 has every route, and every method of every address says what it answers', () => {
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(documented.toSorted()).toEqual(served.toSorted());
    for (const { answers } of routes) expect(Object.keys(answers).length).toBeGreaterThan(0);
  });

  it('names each operation once', () => {
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map((operation) => (operation as { operationId?: string }).operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(withBody)('has an example for $method $path that is taken', ({ body, example }) => {
    expect(body?.safeParse(example).success).toBe(true);
  });

  it('S04 is what the answers of these tests are held to', () => {
    const check = createAnswerCheck(document);
    const org = { id: '7f0c0f6e-0000-4000-8000-0000000000ff', slug: 'a', name: 'A', tier: 'FREE', createdAt: 'now' };
    const told = (status: number, json: object) => () => check('GET', '/api/orgs/a', status, 'application/json', json);
    expect(told(200, org)).not.toThrow();
    expect(told(200, { ...org, secret: 1 })).toThrow('additional properties');
    expect(told(200, { ...org, name: undefined })).toThrow('otherwise than documented');
    expect(told(202, org)).toThrow('not documented');
    expect(() => check('GET', '/api/nothing', 200, 'application/json', {})).toThrow('is not documented');
  });
});

describe('the documentation page', () => {
  it('loads nothing from elsewhere, and runs no script that stands in it', async () => {
    const page = await server.call('/api/docs');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const addresses = loadedBy(page.text);
    expect(addresses.every((address) => address.startsWith('/api/docs/') || address === 'data:,')).toBe(true);
    expect(page.text).not.toMatch(/<script>|<style>| on\w+=|style=/);
    for (const address of addresses.filter((address) => address.startsWith('/'))) {
      const file = await server.call(address);
      expect(file.status).toBe(200);
      expect(file.headers.get('content-type')).toMatch(/^text\/(javascript|css); charset=utf-8$/);
      expect(file.text.length).toBeGreaterThan(100);
    }
    expect((await server.call('/api/docs/')).status).toBe(200);
  });

  it('leads to the page of the events, and that one back', async () => {
    expect((await server.call('/api/docs')).text).toContain('href="/api/docs/asyncapi"');
    expect((await server.call('/api/docs/asyncapi')).text).toContain('href="/api/docs"');
  });

  it.each(['package.json', '..%2Fpackage.json', 'swagger-ui.js', '__proto__'])('has no file %s', async (file) => {
    expectProblem(await server.call(`/api/docs/assets/${file}`), 404, 'not-found');
  });
});

describe('the AsyncAPI document', () => {
  interface AsyncApi {
    readonly asyncapi: string;
    readonly channels: Readonly<Record<string, { readonly address: string; readonly servers: readonly object[] }>>;
    readonly components: { readonly messages: object };
  }
  let asyncApi: AsyncApi;
  beforeAll(async () => {
    asyncApi = (await server.call('/api/docs/asyncapi.json')).json as unknown as AsyncApi;
  });

  it('has a channel of every stream that is served', () => {
    expect(asyncApi.asyncapi).toBe('3.0.0');
    const addresses = Object.values(asyncApi.channels).map(({ address }) => address);
    const served = streamAddresses.map(({ path }) => path.replaceAll(/:(\w+)/g, '{$1}'));
    expect(addresses.filter((address) => address.startsWith('/')).toSorted()).toEqual(served.toSorted());
  });

  it('says of each stream the query that is taken', () => {
    const { operations } = asyncApi as unknown as {
      operations: Record<string, { bindings: { http?: { query: { properties: object } } } }>;
    };
    const queries = Object.values(operations).flatMap(({ bindings }) => bindings.http?.query.properties ?? []);
    const taken = streamAddresses.map(({ query }) => Object.keys(query.shape).filter((name) => name !== 'ticket'));
    expect(queries.map((query) => Object.keys(query).toSorted())).toEqual(taken.map((names) => names.toSorted()));
  });

  it('is the same in YAML', async () => {
    const { headers, text } = await server.call('/api/docs/asyncapi.yaml');
    expect(headers.get('content-type')).toBe('application/yaml');
    expect(parse(text)).toEqual(asyncApi);
  });

  it('is shown by a page that loads nothing from elsewhere, and has no script and no style in it', async () => {
    const page = await server.call('/api/docs/asyncapi');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).not.toMatch(/<script|<style>| on\w+=|style=|<unknown>|undefined/);
    for (const name of Object.keys(asyncApi.components.messages)) expect(page.text).toContain(`id="${name}"`);
    expect(page.text).toContain('SUSPEND_TYPE_SIGNAL');
    const addresses = loadedBy(page.text);
    expect(addresses).toEqual(['data:,', '/api/docs/assets/events.css']);
    expect((await server.call('/api/docs/assets/events.css')).headers.get('content-type')).toMatch(/^text\/css/);
  });
});

/** What a browser loads for a page by itself: not what its links lead to. */
function loadedBy(page: string): string[] {
  return [...page.matchAll(/<(?:script|link|img)\b[^>]*(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address);
}

describe('an address', () => {
  const addresses = [...new Set(routes.map(({ path }) => path))];

  it.each(addresses)('%s says which methods it takes', async (path) => {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
    const answer = await server.call(addressOf(path), { method: 'PUT', body: {} });
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('allow')?.split(', ').toSorted()).toEqual(methods.toSorted());
  });
});

describe('S04 a member that is not asked for', () => {
  const MEMBERS = { orgId: 'x', status: 'COMPLETED', role: 'OWNER', workerId: 'x', createdAt: 'x' };

  it.each(withBody)('is refused by $method $path', async ({ method, path, example }) => {
    for (const [name, value] of Object.entries(MEMBERS)) {
      const answer = await server.call(addressOf(path), { method, body: { ...example, [name]: value } });
      expectProblem(answer, 400, 'invalid-argument');
      expect(answer.json['error']).toContain(`"${name}"`);
    }
  });
});
