import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pieces } from '../src/kinds/index.js';
import { eventually } from './support/conditions.js';
import { type House, openHouse } from './support/house.js';
import { readStream } from './support/raw-stream.js';
import { expectWhole } from './support/story.js';

interface Expected {
  readonly value: unknown;
  readonly notes: readonly string[];
  /** What `ctx.run` really does, once each. */
  readonly effects?: readonly string[];
}

/** What the code gives when nothing in it ever waits for anybody. */
const expected: Readonly<Record<string, Expected>> = {
  'try and finally around a wait': { value: 'one', notes: ['try', 'one', 'finally'], effects: ['closed'] },
  'a failure is caught once, and the repair waits too': {
    value: 'after',
    notes: ['TaskFailed', 'repaired', 'cleaned'],
    effects: ['closed'],
  },
  'an empty catch swallows no wait': { value: 'after', notes: ['one', 'two', 'three'] },
  'catch and finally of a promise': { value: ['one', 'caught'], notes: ['finally one', 'finally two'] },
  'nested tries': { value: 'after', notes: ['inner finally', 'TaskFailed', 'outer finally'] },
  'Promise.all in a try': { value: ['one', 'two', 'three'], notes: ['finally'], effects: ['three'] },
  'Promise.all rejects once, with the first failure': { value: 'after', notes: ['two'] },
  'Promise.race is won by the first to end': { value: 'after', notes: ['fast'] },
  'Promise.race against a plain value is not suspended': { value: 'after', notes: ['plain', 'task'] },
  'Promise.allSettled waits for all': { value: ['fulfilled', 'rejected', 'fulfilled'], notes: ['settled'] },
  'Promise.any passes over failures': { value: 2, notes: ['two'] },
  'a failure that is looked at only later': { value: 'after', notes: ['meanwhile', 'TaskFailed'] },
  'a rejection that nobody ever looks at': { value: 'after', notes: [] },
  'a recorded failure is caught like any other': { value: 'after', notes: ['failed once'], effects: ['fail'] },
};

it('every piece of code is expected to give something', () => {
  expect(Object.keys(expected)).toEqual(Object.keys(pieces));
});

// With one live instance at most, almost every turn is a replay from the beginning; with many, almost none is.
describe.each([
  ['live instances', 'session', {}],
  ['replays', 'session', { HOUSE_MAX_INSTANCES: '1' }],
  ['live instances', 'single calls', {}],
  ['replays', 'single calls', { HOUSE_MAX_INSTANCES: '1' }],
] as const)('R07 code around a wait behaves as if it had never waited: %s, over %s', (_, line, environment) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ line });
    await house.startWorker(environment);
  });
  afterAll(() => house.close());

  // All at once, so that they push each other out of the worker's memory.
  it.concurrent.each(Object.entries(expected))('%s', async (piece, { value, notes, effects = [] }) => {
    const run = randomUUID();
    const { id } = await house.client.workflows.start({ kind: 'around-waits', input: { piece, run } });
    const ended = await eventually(`the end of "${piece}"`, async () => {
      const execution = await house.client.workflows.get(id);
      return execution.completedAt != null && execution;
    });
    expect(ended).toMatchObject({ status: 'COMPLETED', output: { value, notes } });
    const done = house.effects().filter((effect) => effect.startsWith(run));
    expect(done).toEqual(effects.map((effect) => `${run} ${effect}`));
    const stream = await readStream(`${house.org}/workflow-executions/${id}/stream`);
    expect(stream.hasEnded).toBe(true);
    expectWhole(stream.entries);
  });
});
