import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StreamTarget, runCases, streamCases } from '../src/stream/index.js';
import { lies } from './support/lies.js';
import { type Lying, startLyingProxy } from './support/lying-proxy.js';
import { type OwnServer, startOwnServer, streamTargetOf } from './support/own-server.js';

let server: OwnServer;
let target: StreamTarget;
beforeAll(async () => {
  server = await startOwnServer();
  target = streamTargetOf(server);
});
afterAll(() => server?.stop());

/** What the cases find when this stands between them and the server. */
async function findings(ids: ReadonlySet<string>, lying: Lying) {
  const [{ url, grpcUrl } = { url: '', grpcUrl: '' }] = target.servers;
  const proxy = await startLyingProxy(url, lying);
  const cases = Object.values(streamCases).flatMap((all) => all.filter(({ id }) => ids.has(id)));
  expect(cases).toHaveLength(ids.size);
  try {
    const results = await runCases(cases, { ...target, servers: [{ url: proxy.url, grpcUrl }] });
    return results.flatMap((result) => result.findings);
  } finally {
    await proxy.close();
  }
}

describe.concurrent('a server', () => {
  test('that does not lie is believed, also where a proxy stands between', async () => {
    expect(await findings(new Set(lies.map(({ caughtBy }) => caughtBy)), {})).toEqual([]);
  });

  test.each(lies.map((lie) => [lie.says, lie.caughtBy, lie] as const))(
    'that %s is caught by %s',
    async (_, id, lie) => {
      const found = await findings(new Set([id]), lie);
      const told = found.map(({ expected, seen }) => `expected ${expected}; seen ${seen}`);
      expect(told.join('\n')).toMatch(lie.misses);
    },
  );
});
