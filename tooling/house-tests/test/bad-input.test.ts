import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from './support/house.js';
import { MEMBER_A, ORG_A, ORG_B, USER_A, USER_B, configOf } from './support/two-orgs.js';

interface Asked {
  readonly method?: string;
  readonly path: string;
  /** A text is sent as it is, everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string | undefined;
}

let house: House;
/** Of the other organisation. */
let foreignTask: string;
let foreignWorkflow: string;
let ownTask: string;
beforeAll(async () => {
  house = await openHouse({ file: configOf(), environment: { STREAM_WAIT_MAX: '0' } });
  const start = async (org: string, key: string, what: string): Promise<string> => {
    const path = `/api/orgs/${org}/${what}`;
    const { status, json } = await ask({ path, body: { kind: 'nobody-does-this' }, key });
    expect(status).toBe(201);
    return String(json['id']);
  };
  foreignTask = await start(ORG_B.slug, USER_B, 'task-executions');
  foreignWorkflow = await start(ORG_B.slug, USER_B, 'workflow-executions');
  ownTask = await start(ORG_A.slug, USER_A, 'task-executions');
});
afterAll(() => house.close());
// Whatever was sent, the house stands.
afterEach(async () => {
  const { status } = await fetch(`${house.http}/_/health`);
  if (status !== 200) throw new Error(`The server is not healthy any more: ${status}`);
});

async function ask({ method, path, body, headers, key = USER_A }: Asked) {
  const response = await fetch(`${house.http}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(body === undefined
      ? {}
      : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    json: (isJson ? JSON.parse(text) : {}) as Record<string, unknown>,
    text,
  };
}

/** The answer is a problem of this status, in words that help: a sentence or two, and none of our insides. */
async function expectProblem(asked: Asked, status: number, words: RegExp): Promise<void> {
  const answer = await ask(asked);
  expect(answer.status, answer.text).toBe(status);
  expect(answer.type).toMatch(/^application\/problem\+json/);
  const { error, detail, status: told } = answer.json;
  expect(told).toBe(status);
  expect(detail).toBe(error);
  expect(error).toMatch(words);
  expect(error).toMatch(/^\S+ \S+ .*\.$/s);
  expect(String(error).length).toBeLessThan(600);
  expect(answer.text).not.toMatch(/node_modules|\.[jt]s:\d|\bat \w+ \(|zod|syntax error at or near|pg_|undefined/i);
}

const tasks = `/api/orgs/${ORG_A.slug}/task-executions`;
const workflows = `/api/orgs/${ORG_A.slug}/workflow-executions`;
const unknown = randomUUID();
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('who asks', () => {
  it.each<[string, Asked, number, RegExp]>([
    ['nobody', { path: tasks, key: '' }, 401, /key|authorization/i],
    ['a key nobody knows', { path: tasks, key: 'flovyn_sk_wrong' }, 401, /key/i],
    ['something that is no bearer', { path: tasks, key: '', headers: { authorization: 'Basic YTpi' } }, 401, /bearer/i],
    ['a key in the address', { path: `${tasks}?api_key=${USER_A}`, key: '' }, 400, /header|Authorization/],
    ['a key of the other organisation', { path: tasks, key: USER_B }, 403, /organisation/i],
    ['a member who deletes', { path: `${tasks}/${unknown}`, method: 'DELETE', key: MEMBER_A }, 403, /role|may/i],
  ])('%s', (_, asked, status, words) => expectProblem(asked, status, words));

  it('a known key in an organisation that does not exist learns nothing', async () => {
    const answers = await Promise.all(
      ['nowhere', ORG_B.slug, ORG_B.id].map((org) => ask({ path: `/api/orgs/${org}/task-executions` })),
    );
    for (const { status } of answers) expect([403, 404]).toContain(status);
  });
});

describe('whose it is', () => {
  it.each([
    ['a task', () => `${tasks}/${foreignTask}`, () => `${tasks}/${unknown}`],
    ['its stream', () => `${tasks}/${foreignTask}/stream`, () => `${tasks}/${unknown}/stream`],
    ['its attempts', () => `${tasks}/${foreignTask}/attempts`, () => `${tasks}/${unknown}/attempts`],
    ['its log', () => `${tasks}/${foreignTask}/logs`, () => `${tasks}/${unknown}/logs`],
    ['a workflow execution', () => `${workflows}/${foreignWorkflow}`, () => `${workflows}/${unknown}`],
    ['its stream', () => `${workflows}/${foreignWorkflow}/stream`, () => `${workflows}/${unknown}/stream`],
    ['its history', () => `${workflows}/${foreignWorkflow}/events`, () => `${workflows}/${unknown}/events`],
    ['its state', () => `${workflows}/${foreignWorkflow}/state`, () => `${workflows}/${unknown}/state`],
    ['its tasks', () => `${workflows}/${foreignWorkflow}/tasks`, () => `${workflows}/${unknown}/tasks`],
  ])('%s of another organisation looks like none', async (_, foreign, none) => {
    await expectProblem({ path: foreign() }, 404, /there is no/i);
    const [one, other] = await Promise.all([ask({ path: foreign() }), ask({ path: none() })]);
    const blur = (text: string): string => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>');
    expect(blur(one.text)).toBe(blur(other.text));
  });

  it('a task of another organisation is neither cancelled nor deleted', async () => {
    await expectProblem({ path: `${tasks}/${foreignTask}/cancel`, body: {} }, 404, /there is no task/i);
    await expectProblem({ path: `${tasks}/${foreignTask}/retry`, body: {} }, 404, /there is no task/i);
    await expectProblem({ path: `${tasks}/${foreignTask}`, method: 'DELETE' }, 404, /there is no task/i);
    const seen = await ask({ path: `/api/orgs/${ORG_B.slug}/task-executions/${foreignTask}`, key: USER_B });
    expect(seen.json).toMatchObject({ status: 'PENDING' });
  });
});

describe('what is asked for', () => {
  it.each<[string, Asked, number, RegExp]>([
    [
      'an unknown kind of entries',
      { path: `${tasks}/${unknown}/stream?types=events,news` },
      400,
      /types.*tokens|tokens.*types/s,
    ],
    ['no kind of entries', { path: `${tasks}/${unknown}/stream?types=` }, 400, /types/],
    ['an unknown format', { path: `${tasks}/${unknown}/stream?format=xml` }, 400, /format/],
    ['an unknown parameter', { path: `${tasks}?colour=red` }, 400, /colour/],
    ['the same parameter twice', { path: `${tasks}?limit=1&limit=2` }, 400, /limit/],
    ['an id that is none', { path: `${tasks}/42` }, 400, /UUID/],
    ['an id that is none, with its stream', { path: `${workflows}/42/stream` }, 400, /UUID/],
    ['an id with a broken escape', { path: `${tasks}/%E0%A4%A` }, 400, /./],
    ['an unknown status', { path: `${tasks}?status=DONE` }, 400, /status.*COMPLETED/s],
    ['a page too large', { path: `${tasks}?limit=101` }, 400, /limit.*100/s],
    ['a page before the first', { path: `${tasks}?offset=-1` }, 400, /offset/],
    ['a limit in words', { path: `${tasks}?limit=ten` }, 400, /limit/],
    ['a cursor of nobody', { path: `${tasks}?cursor=garbage` }, 400, /cursor/],
    ['a level of logs that is none', { path: `${tasks}/${unknown}/logs?level=LOUD` }, 400, /level.*WARN/s],
    ['a query in words', { path: `${workflows}?query=status%20%3D%20FAILED` }, 400, /query/],
    [
      'a history from the middle of nowhere',
      { path: `${workflows}/${unknown}/events?sinceSequence=x` },
      400,
      /sinceSequence/,
    ],
    ['an address of nobody', { path: '/api/nothing' }, 404, /./],
    ['an address below an organisation', { path: `/api/orgs/${ORG_A.slug}/nothing` }, 404, /./],
    ['a method nobody has', { path: tasks, method: 'PUT', body: {} }, 405, /PUT|method|GET/],
    ['a stream to write to', { path: `${tasks}/${unknown}/stream`, body: {} }, 405, /GET/],
    ['an address without end', { path: `${tasks}?kind=${'k'.repeat(9_000)}` }, 414, /8192/],
  ])('%s', (_, asked, status, words) => expectProblem(asked, status, words));
});

describe('what is sent', () => {
  const json = 'application/json';
  it.each<[string, Asked, number, RegExp]>([
    ['nothing', { path: tasks, method: 'POST' }, 400, /./],
    ['no JSON', { path: tasks, body: '{"kind": nope}' }, 400, /position 10 \(line 1, column 11\)/],
    ['half of JSON', { path: tasks, body: '{"kind": "a"' }, 400, /too early|position/],
    ['two documents', { path: tasks, body: '{"kind":"a"}{}' }, 400, /position/],
    ['a list', { path: tasks, body: [] }, 400, /object/i],
    ['a text', { path: tasks, body: '"kind"' }, 400, /object/i],
    ['null', { path: tasks, body: 'null' }, 400, /object/i],
    ['a kind that is missing', { path: tasks, body: {} }, 400, /kind/],
    ['a kind of another type', { path: tasks, body: { kind: 7 } }, 400, /kind/],
    ['an empty kind', { path: tasks, body: { kind: '' } }, 400, /kind/],
    ['a kind with spaces', { path: tasks, body: { kind: 'a b' } }, 400, /kind/],
    ['a kind too long', { path: tasks, body: { kind: 'k'.repeat(256) } }, 400, /kind.*255/s],
    ['a kind with NUL', { path: tasks, body: '{"kind":"a\\u0000b"}' }, 400, /kind/],
    ['a queue too long', { path: tasks, body: { kind: 'a', queue: 'q'.repeat(101) } }, 400, /queue.*100/s],
    ['a member nobody knows', { path: tasks, body: { kind: 'a', colour: 'red' } }, 400, /colour/],
    ['__proto__ as a member', { path: tasks, body: '{"kind":"a","__proto__":{"queue":"x"}}' }, 400, /__proto__/],
    ['constructor as a member', { path: workflows, body: '{"kind":"a","constructor":{"x":1}}' }, 400, /constructor/],
    ['retries below none', { path: tasks, body: { kind: 'a', maxRetries: -1 } }, 400, /maxRetries/],
    [
      'retries without end',
      { path: tasks, body: { kind: 'a', maxRetries: 1_001 } },
      400,
      /maxRetries.*1000|maxRetries.*1,000/s,
    ],
    ['half a retry', { path: tasks, body: { kind: 'a', maxRetries: 1.5 } }, 400, /maxRetries/],
    ['a time that is none', { path: tasks, body: { kind: 'a', scheduledAt: 'tomorrow' } }, 400, /scheduledAt/],
    [
      'a time to live that is none',
      { path: workflows, body: { kind: 'a', idempotencyKey: 'k', idempotencyKeyTTL: '7y' } },
      400,
      /idempotencyKeyTTL/,
    ],
    [
      'a time to live without end',
      { path: workflows, body: { kind: 'a', idempotencyKey: 'k', idempotencyKeyTTL: '31d' } },
      400,
      /30/,
    ],
    ['a key with NUL', { path: workflows, body: '{"kind":"a","idempotencyKey":"a\\u0000"}' }, 400, /idempotencyKey/],
    [
      'metadata too deep',
      { path: workflows, body: { kind: 'a', metadata: { a: { b: { c: { d: 1 } } } } } },
      400,
      /metadata/,
    ],
    [
      'metadata too wide',
      {
        path: workflows,
        body: { kind: 'a', metadata: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, i])) },
      },
      400,
      /metadata.*100/s,
    ],
    [
      'a priority of letters',
      { path: workflows, body: { kind: 'a', prioritySeconds: 'high' } },
      400,
      /prioritySeconds/,
    ],
    [
      'a priority past all numbers',
      { path: workflows, body: '{"kind":"a","prioritySeconds":1e99}' },
      400,
      /prioritySeconds/,
    ],
    ['input too deep', { path: tasks, body: `{"kind":"a","input":${deep(65)}}` }, 400, /deep|levels|64/],
    ['input as deep as a stack', { path: tasks, body: `{"kind":"a","input":${deep(500_000)}}` }, 400, /deep|levels|64/],
    [
      'input of too many values',
      { path: tasks, body: `{"kind":"a","input":[${'0,'.repeat(100_000)}0]}` },
      400,
      /100,?000|values/,
    ],
    [
      'a body of 4 MiB',
      { path: tasks, body: { kind: 'a', input: 'x'.repeat(4 * 1_048_576) } },
      413,
      /3,?145,?728|3 MiB/,
    ],
    [
      'input of more than 2 MiB',
      { path: tasks, body: { kind: 'a', input: 'x'.repeat(2_200_000) } },
      413,
      /input|2 MiB|2,?097,?152/,
    ],
    ['bytes that are no text', { path: tasks, body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]) }, 400, /UTF-8/],
    [
      'plain text',
      { path: tasks, body: '{"kind":"a"}', headers: { 'content-type': 'text/plain' } },
      415,
      /application\/json/,
    ],
    [
      'a form',
      { path: tasks, body: 'kind=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      /application\/json/,
    ],
    [
      'another alphabet',
      { path: tasks, body: '{"kind":"a"}', headers: { 'content-type': `${json}; charset=utf-16` } },
      415,
      /UTF-8/,
    ],
    [
      'a compression nobody has',
      { path: tasks, body: '{"kind":"a"}', headers: { 'content-encoding': 'zstd' } },
      415,
      /gzip/,
    ],
    [
      'no gzip that says it is',
      { path: tasks, body: '{"kind":"a"}', headers: { 'content-encoding': 'gzip' } },
      400,
      /Content-Encoding/,
    ],
    [
      'a workflow that does not know its member',
      { path: workflows, body: { kind: 'a', maxRetries: 1 } },
      400,
      /maxRetries/,
    ],
  ])('%s', (_, asked, status, words) => expectProblem(asked, status, words));

  it('a wrong state is a conflict, and says which', async () => {
    await expectProblem({ path: `${tasks}/${ownTask}/retry`, body: {} }, 409, /PENDING/);
  });

  it.each([
    ['NUL', '"a\\u0000b"'],
    ['lone surrogates', '"\\ud800x\\udc00"'],
    ['__proto__ inside', '{"__proto__":{"polluted":1},"constructor":{"prototype":2}}'],
    ['numbers past doubles', '[12345678901234567890,1.0000000000000000001,-0,1e-7]'],
    ['members twice', '{"a":1,"a":2}'],
    ['the deepest that may be', deep(60)],
    ['separators of lines', '"\u2028\u2029\u0085"'],
    ['nothing', 'null'],
  ])('input with %s is kept and given back as JSON that means the same', async (_, input) => {
    const started = await ask({ path: tasks, body: `{"kind":"nobody-does-this","input":${input}}` });
    expect(started.status, started.text).toBe(201);
    const found = await ask({ path: `${tasks}/${String(started.json['id'])}` });
    expect(found.status, found.text).toBe(200);
    expect(found.json['input']).toEqual(JSON.parse(input));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('in development mode', () => {
  let open: House;
  beforeAll(async () => {
    open = await openHouse();
  });
  afterAll(() => open.close());

  it.each([
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a name that was pointed here', { host: 'evil.example' }],
    ['a proxy', { 'x-forwarded-for': '203.0.113.9' }],
  ])('a call without a key is not trusted from %s', async (_, headers) => {
    const status = await new Promise<number>((resolve, reject) => {
      request(`${open.org}/task-executions`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(401);
  });
});
