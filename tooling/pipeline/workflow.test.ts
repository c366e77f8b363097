import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const folder = new URL('.github/workflows/', root);
const read = (file: URL): string => readFileSync(file, 'utf8');

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly strategy: { readonly matrix: { readonly node: readonly string[] } };
        readonly steps: readonly { readonly run?: string; readonly uses?: string }[];
      }
    >
  >;
}

test.each(readdirSync(folder))('%s may only read, and each action has a version', (file) => {
  const { permissions, jobs } = parse(read(new URL(file, folder))) as Workflow;
  expect(Object.values(permissions)).toEqual(['read']);
  for (const { uses } of Object.values(jobs).flatMap(({ steps }) => steps)) {
    if (uses !== undefined) expect(uses).toMatch(/^actions\/[a-z-]+@(v\d+|[0-9a-f]{40})$/);
  }
});

test('both ways to check everything install the same programs', () => {
  const { jobs } = parse(read(new URL('ci.yml', folder))) as Workflow;
  const steps = jobs['verify']?.steps.map(({ run }) => run ?? '').join('\n') ?? '';
  const programs = (text: string) =>
    /no-install-recommends (.*)/
      .exec(text)?.[1]
      ?.split(' ')
      .filter((name) => !['git', 'ca-certificates'].includes(name));
  const needed = programs(read(new URL('.ci/run', root)));
  expect(needed).toContain('nats-server');
  expect(programs(steps)).toEqual(needed);
  expect(steps).toContain('node tooling/scripts/verify.mjs');
});

test('the oldest supported Node is one of those it runs on', () => {
  const { jobs } = parse(read(new URL('ci.yml', folder))) as Workflow;
  const { engines } = JSON.parse(read(new URL('package.json', root))) as { engines: { node: string } };
  expect(jobs['verify']?.strategy.matrix.node).toContain(engines.node.replace('>=', ''));
});
