import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { streamCases } from '../src/stream/index.js';
import { readArguments } from '../src/stream/cli/arguments.js';
import { main } from '../src/stream/cli/main.js';
import { documentOf, linesOf, summaryOf } from '../src/stream/cli/report.js';

async function run(...words: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const status = await main(words, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

const all = Object.values(streamCases).flat();

describe('the command line', () => {
  test('takes one server, whose workers connect at the usual port', () => {
    expect(readArguments(['stream', '--url', 'http://flovyn.test:8000/', '--key', 'k'])).toMatchObject({
      target: {
        servers: [{ url: 'http://flovyn.test:8000/', grpcUrl: 'http://flovyn.test:9090' }],
        org: 'dev',
        key: 'k',
      },
      only: [],
      isJson: false,
    });
  });

  test('takes several servers', () => {
    const words = ['a', 'b'].flatMap((host) => ['--url', `https://${host}`, '--grpc', `https://${host}:1`]);
    const { target, timeoutMs } = readArguments(['stream', ...words, '--timeout', '2.5']) ?? {};
    expect(target?.servers).toEqual([
      { url: 'https://a', grpcUrl: 'https://a:1' },
      { url: 'https://b', grpcUrl: 'https://b:1' },
    ]);
    expect(timeoutMs).toBe(2_500);
  });

  test.each([
    ['no suite', [], /suite is called "stream"/],
    ['another suite', ['store', '--url', 'http://a'], /not "store"/],
    ['no server', ['stream'], /--url is needed/],
    ['what is no address', ['stream', '--url', 'localhost'], /not "localhost"/],
    [
      'too few gRPC addresses',
      ['stream', '--url', 'http://a', '--url', 'http://b', '--grpc', 'http://a'],
      /one for each/,
    ],
    ['an unknown option', ['stream', '--colour', 'blue'], /--colour/],
    ['a strange time', ['stream', '--url', 'http://a', '--timeout', 'soon'], /--timeout/],
    ['an unknown case', ['stream', '--url', 'http://a', '--only', 'nothing'], /no case and no theme "nothing"/],
  ])('with %s is not understood, and says why', async (_what, words, why) => {
    const { status, err } = await run(...words);
    expect(status).toBe(2);
    expect(err).toMatch(why);
    expect(err).toContain('Usage:');
  });

  test('asking for help is all right', async () => {
    expect(await run('--help')).toMatchObject({ status: 0, out: expect.stringContaining('--worker-key') });
  });

  test('lists the cases, and as JSON the very cases', async () => {
    const { out } = await run('stream', '--list', '--only', 'ends');
    expect(out).toMatch(/^ends\n {2}R19 end-of-a-task: /);
    expect(JSON.parse((await run('stream', '--list', '--json')).out)).toEqual(all);
  });

  test('names a server that cannot be reached', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { status, err } = await run('stream', '--url', `http://127.0.0.1:${port}`);
    expect(status).toBe(1);
    expect(err).toContain(`ECONNREFUSED 127.0.0.1:${port}`);
    expect(err).toContain('--url');
  });

  test('waits no longer than it may for a server that takes connections and says nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { status, err } = await run('stream', '--url', `http://127.0.0.1:${port}`, '--timeout', '0.2');
    server.close();
    expect(status).toBe(1);
    expect(err).toContain('no answer within 200 ms');
  });

  test.each([
    ['a page', 404, 'text/html', '<html>', /\/api\/orgs\/dev was answered with 404: and not as Flovyn answers/],
    ['a page that is all right', 200, 'text/html', '<html>', /something that is no JSON/],
    [
      'what is right, where no worker gets in',
      200,
      'application/json',
      '{"id":"here"}',
      /--grpc, --worker-key; a worker/,
    ],
  ])('tells the doors apart where a server answers with %s', async (_what, code, type, body, why) => {
    const server = createHttpServer((_request, response) =>
      response.writeHead(code, { 'content-type': type }).end(body),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { status, err } = await run('stream', '--url', at, '--grpc', at, '--timeout', '2', '--key', 'k');
    server.closeAllConnections();
    server.close();
    expect(status).toBe(1);
    expect(err).toMatch(why);
    expect(err).not.toContain('<html>');
  });
});

describe('the cases', () => {
  test('have ids of their own, and survive being sent', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
  });

  test('stand for every promise about streams that can be seen from outside', () => {
    const promises = new Set(all.map(({ promise }) => promise));
    for (let number = 17; number <= 28; number += 1) expect(promises).toContain(`R${number}`);
  });
});

describe('the report', () => {
  const kept = { case: { id: 'a', promise: 'R17', title: 'is kept' }, tookMs: 5, findings: [] };
  const finding = { reader: 'one', expected: 'this', seen: 'that', around: ['> e.1 data: TASK_CREATED'] };
  const broken = { case: { id: 'b', promise: 'R19', title: 'is broken' }, tookMs: 7, findings: [finding] };

  test('says what was expected of whom, what was seen, and where', () => {
    expect(stripVTControlCharacters(linesOf(kept))).toBe('✓ R17 a: is kept 5 ms');
    expect(stripVTControlCharacters(linesOf(broken)).split('\n')).toEqual([
      '✗ R19 b: is broken 7 ms',
      '    R19 expected of reader one: this',
      '    seen: that',
      '      > e.1 data: TASK_CREATED',
    ]);
  });

  test('counts, and names the promises that were broken', () => {
    expect(stripVTControlCharacters(summaryOf([kept, broken], 1_234))).toBe('2 cases, 1 kept, 1 broken (R19), 1.2 s');
    expect(JSON.parse(documentOf([kept, broken], 9))).toMatchObject({
      kept: 1,
      broken: 1,
      cases: [
        { id: 'a', isKept: true },
        { id: 'b', isKept: false, findings: [finding] },
      ],
    });
  });
});
