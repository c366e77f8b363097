import { describe, expect, test } from 'vitest';
import { addresses } from '../addresses.mjs';
import { installFingerprint } from '../install.mjs';
import { olderThan } from '../node-version.mjs';
import { failuresOf, summary } from '../test-summary.mjs';
import { workspaceFolders } from '../workspace.mjs';
import { fakeHouse } from './fake-house.mjs';

test.each([
  ['20.19.0', false],
  ['20.19.5', false],
  ['22.1.0', false],
  ['20.18.9', true],
  ['18.99.0', true],
])('Node %s is too old for >=20.19: %s', (version, expected) => {
  expect(olderThan(version, '>=20.19')).toBe(expected);
});

describe('addresses', () => {
  test('are the usual ones', () => {
    expect(addresses({})).toMatchObject({ http: 'http://127.0.0.1:8000', grpc: 'http://127.0.0.1:9090' });
  });

  test('follow the environment', () => {
    expect(addresses({ SERVER_PORT: '8100', GRPC_SERVER_PORT: '9190' })).toMatchObject({
      http: 'http://127.0.0.1:8100',
      grpc: 'http://127.0.0.1:9190',
    });
  });

  test.each(['no', '0', '65536', '80.5', '-1'])('refuse the port "%s" by the name of its variable', (text) => {
    expect(() => addresses({ GRPC_SERVER_PORT: text })).toThrow(`GRPC_SERVER_PORT is "${text}"`);
  });
});

describe('the fingerprint of the install', () => {
  test.each(['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', 'packages/one/package.json'])(
    'changes with %s',
    async (file) => {
      const house = await fakeHouse();
      const before = installFingerprint(house.root);
      expect(installFingerprint(house.root)).toBe(before);
      house.write(file, file.endsWith('workspace.yaml') ? 'packages:\n  - packages/*\n' : '{}');
      expect(installFingerprint(house.root)).not.toBe(before);
      house.dispose();
    },
  );

  test('changes with a new package, and not with its source', async () => {
    const house = await fakeHouse();
    const before = installFingerprint(house.root);
    house.write('packages/one/src/index.ts', 'export {};');
    expect(installFingerprint(house.root)).toBe(before);
    house.write('packages/two/package.json', '{}');
    expect(workspaceFolders(house.root)).toEqual(['packages/one', 'packages/two']);
    expect(installFingerprint(house.root)).not.toBe(before);
    house.dispose();
  });
});

describe('the summary of the tests', () => {
  const fine = { package: 'one', passed: 3, failed: [], skipped: [] };

  test('is one line when everything passed', () => {
    expect(summary([fine, { ...fine, package: 'two' }])).toBe('6 passed, 0 failed in 2 packages');
  });

  test('names what failed, and what was skipped with its reason', () => {
    const nats = 'nats-server was not found';
    const skipped = [
      { name: 'a', reason: nats },
      { name: 'b', reason: nats },
      { name: 'c', reason: 'no browser' },
    ];
    expect(summary([{ ...fine, failed: [{ name: 'it works', reason: 'expected 1\nto be 2' }], skipped }])).toBe(
      [
        'failed   one: it works',
        '           expected 1',
        '           to be 2',
        'skipped  one: 2 tests: nats-server was not found',
        'skipped  one: 1 test: no browser',
        '3 passed, 1 failed, 3 skipped in 1 package',
      ].join('\n'),
    );
  });
});

describe('the number of failures CI tells', () => {
  const passed = { package: 'one', passed: 3, failed: [], skipped: [] };

  test.each([
    ['is 0 when everything passed', [passed], 0, 0],
    ['counts failed tests', [passed, { ...passed, failed: ['a', 'b'].map((name) => ({ name, reason: '' })) }], 1, 2],
    ['is not 0 when only another step failed', [passed], 1, 1],
    ['is not 0 when there was no test', [], 0, 1],
    ['is not 0 when the tests never came to run', [], 2, 2],
  ])('%s', (_, reports, failedSteps, expected) => {
    expect(failuresOf(reports, failedSteps)).toBe(expected);
  });
});
