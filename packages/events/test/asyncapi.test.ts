import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Parser } from '@asyncapi/parser';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { httpChannels } from '../src/contract/channels.js';
import { eventsSchema } from '../src/contract/json-schema.js';
import { stateEventNames, streamEventTypes } from '../src/index.js';

const contract = join(import.meta.dirname, '../contract');
const text = readFileSync(join(contract, 'asyncapi.yaml'), 'utf8');
const document = parse(text) as {
  channels: Record<string, { messages: Record<string, unknown> }>;
  components: { messages: Record<string, { examples?: { payload: unknown }[]; payload: object }> };
};
const golden = join(contract, 'golden');
const samples = readdirSync(golden).filter((file) => file.endsWith('.json'));
const sample = (file: string): Record<string, unknown> => JSON.parse(readFileSync(join(golden, file), 'utf8'));

/** What the parser of AsyncAPI finds wrong, advice left out. */
async function faultsOf(source: string): Promise<string[]> {
  const { diagnostics } = await parser.parse(source);
  return diagnostics.filter(isFault).map(({ message, path }) => `${path.join('.')}: ${message}`);
}

let parser: Parser;
beforeAll(() => {
  parser = new Parser();
});

describe('asyncapi.yaml', () => {
  it('is a valid document of AsyncAPI 3.0', async () => {
    expect(await faultsOf(text)).toEqual([]);
  });

  it('a broken one is refused', async () => {
    const broken = text.replace('#/components/messages/TASK_FAILED', '#/components/messages/TASK_FIALED');
    expect((await faultsOf(broken)).join()).toContain('TASK_FIALED');
  });

  it('has a channel of each endpoint, and a message of each event', () => {
    expect(Object.keys(document.channels)).toEqual([...Object.keys(httpChannels), 'copies']);
    const all = [...stateEventNames, ...streamEventTypes, 'ready', 'gap', 'end'];
    expect(Object.keys(document.channels['execution']?.messages ?? {})).toEqual(all);
    expect(Object.keys(document.channels['organisation']?.messages ?? {})).not.toContain('end');
    expect(Object.keys(document.components.messages)).toEqual([...all, 'copy']);
  });

  it('shows every golden sample where its event is', () => {
    const shown = Object.values(document.components.messages).flatMap(({ examples = [] }) =>
      examples.map(({ payload }) => payload),
    );
    expect(shown).toEqual(expect.arrayContaining(samples.map(sample)));
  });
});

describe('events.schema.json', () => {
  const schema = eventsSchema();
  const ajv = new Ajv2020({
    strict: true,
    allErrors: true,
    keywords: ['x-open-enum', 'x-open-union'],
    allowUnionTypes: true,
  });
  const isValid = ajv.compile(schema);

  it('has a definition of every event, and refers to nothing else', () => {
    expect(Object.keys(schema.$defs)).toEqual(expect.arrayContaining(['TASK_FAILED', 'stream.token', 'control.gap']));
    const references = [...JSON.stringify(schema).matchAll(/#\/\$defs\/([^"]+)/g)].map(([, name]) => name);
    expect(Object.keys(schema.$defs)).toEqual(expect.arrayContaining([...new Set(references)]));
  });

  it('forbids no field and no word that a later version may add', () => {
    const written = JSON.stringify(schema);
    expect(written).not.toContain('additionalProperties');
    expect(written).not.toContain('"enum"');
    expect(written).toContain('"x-open-enum":["PENDING"');
  });

  it.each(samples)('takes the golden sample %s, and refuses it when it is broken', (file) => {
    const frame = sample(file);
    expect(isValid(frame), ajv.errorsText(isValid.errors)).toBe(true);
    expect(isValid({ ...frame, seq: 'x' })).toBe(false);
    expect(isValid({ ...frame, event: { type: 'Event', event: 'STATE_SET' } })).toBe(false);
  });

  it.each(Object.entries(document.components.messages).filter(([, { examples }]) => examples !== undefined))(
    'takes what the AsyncAPI document shows of %s',
    (_, { examples = [] }) => {
      for (const { payload } of examples) expect(isValid(payload), ajv.errorsText(isValid.errors)).toBe(true);
    },
  );
});

/** Severity 0 is an error and 1 a warning; what is above is advice, such as that there is a newer AsyncAPI. */
function isFault({ severity }: { readonly severity: number }): boolean {
  return severity <= 1;
}
