import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { instantiationsOf, tooDear } from '../../../tooling/testing/type-cost.js';
import { type Bundle, bundle, overBudget, unwanted } from '../../../tooling/testing/bundle.js';

const dist = join(import.meta.dirname, '../dist');
const doors = {
  '@flovyn/events': join(dist, 'index.js'),
  '@flovyn/events/schemas': join(dist, 'schemas.js'),
  '@flovyn/events/sse': join(dist, 'sse/index.js'),
  '@flovyn/events/nats': join(dist, 'nats/index.js'),
};
const made = (source: string): Promise<Bundle> => bundle(join(dist, '..'), source, doors);
const SPARED = /dist\/(testing|order|contract)\/|node:|zod\/v4\/classic/;

beforeAll(() => {
  if (!existsSync(join(dist, 'index.js'))) throw new Error('Build the package before these tests.');
});

describe('in a browser', () => {
  it('a module that uses only types costs nothing', async () => {
    const types = await made("import '@flovyn/events'; import '@flovyn/events/sse';");
    expect(overBudget('A module that uses only types', types, 0)).toEqual([]);
  });

  it.each([
    [
      'Matching',
      1_500,
      `export { match, matchPartial, byEntity, isTaskEvent, isWorkflowEvent, isTerminal, endsExecution, stateEventNames,
         stateEventEntity, lifecycleName } from '@flovyn/events';`,
    ],
    ['Decoding', 3_000, "export { match, matchPartial, byEntity, decode, decodeFrame } from '@flovyn/events';"],
    [
      'Reading a stream',
      5_000,
      `export { decode } from '@flovyn/events'; export { createSseDecoder, decodeMessage } from '@flovyn/events/sse';`,
    ],
  ])('%s fits into %i bytes', async (what, budget, source) => {
    const bundled = await made(source);
    expect(bundled.code.length).toBeGreaterThan(300);
    expect(overBudget(what, bundled, budget)).toEqual([]);
  });

  it.each(Object.keys(doors))('%s does not reach the test tools, nor Node, nor the whole of zod', async (door) => {
    const all = await made(`export * from '${door}';`);
    expect(all.modules.length).toBeGreaterThan(0);
    expect(unwanted(door, all, SPARED)).toEqual([]);
  });
});

describe('in an editor', () => {
  const declarations = { '@flovyn/events': join(dist, 'index.d.ts') };

  it('handling every event is cheap to check', () => {
    const source = `import { type FlovynEvent, type Handlers, match } from '@flovyn/events';
      declare const event: FlovynEvent;
      declare const handlers: Handlers<FlovynEvent, number>;
      export const handled: number = match(event, handlers);
      export const error = event.type === 'Event' && event.event === 'TASK_FAILED' ? event.data.error : '';`;
    const cost = instantiationsOf(source, declarations);
    expect(cost).toBeGreaterThan(0);
    expect(tooDear('Handling every event', cost, 15_000)).toEqual([]);
  });
});

describe('it is noticed when', () => {
  it('types become dear', () => {
    const source = `type Deep<N extends number, T extends unknown[] = []> = T['length'] extends N ? T : Deep<N, [...T, N]>;
      export type All = { [N in 300 | 400 | 500]: Deep<N> }[300];
      export const all: All['length'] = 300;`;
    expect(tooDear('Handling every event', instantiationsOf(source, {}), 500)).toEqual([
      expect.stringMatching(/costs the type checker \d+ instantiations; everybody was promised 500/),
    ]);
  });

  it('a bundle grows', async () => {
    const validators = await made("export * from '@flovyn/events/schemas';");
    expect(overBudget('Matching', validators, 1_500)).toEqual([
      expect.stringMatching(/^Matching is \d{4,} bytes of gzip; a browser was promised 1500/),
    ]);
  });

  it('a bundle reaches what only tests need', async () => {
    const path = JSON.stringify(join(dist, 'testing/index.js'));
    const tools = await made(`export { assertLegal } from ${path};`);
    expect(unwanted('An application', tools, SPARED).join()).toContain('dist/order/check.js, which no browser');
  });
});
