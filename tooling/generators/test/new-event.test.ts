import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newEvent } from '../new-event/index.js';
import { findPlaces } from '../new-event/checklist.js';
import type { Report } from '../report.js';
import { createAsker } from '../terminal.js';
import { run } from '../tools.js';
import { createScratch } from './scratch.js';

/** Those who must say something, those between them, and one that reads events and need not: all others cost a minute. */
const PACKAGES = [
  'apps/web',
  'tooling/ripple',
  ...['client', 'engine', 'events', 'protocol', 'react', 'sdk'].map(inPackages),
];

function inPackages(name: string): string {
  return `packages/${name}`;
}

let scratch: ReturnType<typeof createScratch>;
beforeAll(() => {
  scratch = createScratch(PACKAGES);
});
afterAll(() => scratch.remove());

const generate = (...args: string[]): Promise<Report> => newEvent(scratch.root, args, createAsker());
const read = (path: string): string => readFileSync(join(scratch.root, path), 'utf8');

/** Each place with what a contributor might say there: the text that is replaced, and by what. */
const ANSWERS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'apps/web/src/run/event-labels.ts': [
    [
      '  TIMER_STARTED: (',
      "  TASK_RETRIED: ({ data }) => ({ text: `Attempt ${data.attempt}`, tone: 'waiting' }),\n  TIMER_STARTED: (",
    ],
  ],
  'packages/client/src/live-view.ts': [
    ['FOLDS: Handlers<FlovynEvent, Fold> = {', 'FOLDS: Handlers<FlovynEvent, Fold> = {\n  TASK_RETRIED: nothing,'],
  ],
  'packages/engine/src/producers.ts': [['  TIMER_STARTED: [', '  TASK_RETRIED: [],\n  TIMER_STARTED: [']],
  'packages/events/src/order/grammar.ts': [
    ["  undecided: { TASK_RETRIED: 'undecided' },\n", ''],
    ["failed: { RETRY_REQUESTED: 'waiting'", "failed: { RETRY_REQUESTED: 'waiting', TASK_RETRIED: 'waiting'"],
  ],
};

/** Says in each place what it asks for. */
function answer(): void {
  for (const [file, replacements] of Object.entries(ANSWERS)) {
    const text = replacements.reduce((source, [from, to]) => {
      expect(source.split(from)).toHaveLength(2);
      return source.replace(from, () => to);
    }, read(file));
    writeFileSync(join(scratch.root, file), text);
  }
}

test('an event is added, stops whoever must say something about it and nobody else, and is green once they have; then it is deprecated', async () => {
  const added = await generate('--name', 'TASK_RETRIED', '--entity', 'task', '--field', 'attempt:int');
  expect(added.places.map(({ file, consumer }) => `${consumer} ${file}`)).toEqual([
    '@flovyn/web apps/web/src/run/event-labels.ts',
    '@flovyn/client packages/client/src/live-view.ts',
    '@flovyn/engine packages/engine/src/producers.ts',
    '@flovyn/events packages/events/src/order/grammar.ts',
  ]);
  for (const { file, line } of added.places) expect(read(file).split('\n')[line - 1]).toBeDefined();
  expect(added.places.every(({ asks }) => asks.includes('?'))).toBe(true);
  expect(added.written).toContain('.changeset/event-task-retried.md');
  expect(JSON.parse(read('packages/events/contract/not-yet-produced.json'))).toHaveProperty('TASK_RETRIED');
  expect(JSON.parse(read('packages/events/contract/golden/TASK_RETRIED.1.json'))).toMatchObject({
    event: { type: 'Event', event: 'TASK_RETRIED', data: { attempt: 1 } },
  });

  answer();
  expect(await findPlaces(scratch.root)).toEqual([]);
  // The promises of the contract that need no compiler: derived files, old bytes, and the rules of order.
  const checks = ['artefacts', 'golden', 'order'].flatMap((project) => ['--project', project]);
  const { code, said } = await run(scratch.root, 'packages/events', 'vitest', 'run', ...checks);
  expect(code, said).toBe(0);

  const deprecated = await generate('--deprecate', 'TASK_RETRIED', '--replaced-by', 'TASK_STARTED');
  expect(deprecated.places).toEqual([]);
  expect(JSON.parse(read('packages/events/contract/manifest.json'))).toHaveProperty('events.TASK_RETRIED.deprecated', {
    since: '1.1.0',
    replacedBy: 'TASK_STARTED',
    removeIn: '2.0.0',
  });
  expect(read('packages/events/contract/EVENTS.md')).toContain('~~`TASK_RETRIED`~~');
});

describe('what cannot be done is refused with what to do, and nothing is written', () => {
  test.each([
    [['--name', 'TASK_FAILED', '--entity', 'task'], /TASK_FAILED exists already, in .*task\.ts/],
    [
      ['--name', 'TIMER_MOVED', '--entity', 'task'],
      /begin with TASK_\. Say --name TASK_TIMER_MOVED, or another --entity/,
    ],
    [['--name', 'ROOM_OPENED', '--entity', 'room'], /no events about "room"\. Say --entity with one of .*task/],
    [['--name', 'TaskMoved', '--entity', 'task'], /written like TASK_RETRIED/],
    [
      ['--name', 'TASK_MOVED', '--entity', 'task', '--field', 'at:date'],
      /no type "date"\. Say one of int, number, text, uuid/,
    ],
    [['--name', 'TASK_MOVED', '--entity', 'task', '--field', 'at'], /no type ""/],
    [['--name', 'TASK_MOVED', '--entity', 'task', '--field', 'a b:int'], /is no field\. Say --field name:type/],
    [['--name', 'TASK_MOVED', '--entity', 'task', '--field', 'a:int', '--field', 'a:text'], /a is said twice/],
    [['--entity', 'task'], /Say --name NAME; there is no terminal to ask in/],
    [['--delete', 'TASK_FAILED'], /TASK_FAILED stays: .* Say --deprecate TASK_FAILED/],
    [['--deprecate', 'TASK_LOST', '--replaced-by', 'TASK_FAILED'], /There is no event TASK_LOST/],
    [['--deprecate', 'TASK_FAILED', '--replaced-by', 'TASK_FAILED'], /cannot replace itself/],
    [
      ['--deprecate', 'TASK_FAILED', '--replaced-by', 'TASK_STARTED', '--remove-in', '1.2.0'],
      /2\.0\.0 at the earliest/,
    ],
  ])('%j', async (args, why) => {
    const before = read('packages/events/src/registry/task.ts');
    await expect(generate(...args)).rejects.toThrow(why);
    expect(read('packages/events/src/registry/task.ts')).toBe(before);
  });
});
