import type { DefinitionRecord, OrgId } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createInputCheck } from './input-check.js';

const ORG = '11111111-0000-4000-8000-000000000001' as OrgId;

/** A check of inputs against one schema, which can be changed; and what it logs. */
function checkOf(schema: unknown) {
  const state = { schema: JSON.stringify(schema) as Json | undefined, asked: 0, now: 1 };
  const lines: { msg: string; kind: string }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as { msg: string; kind: string }) });
  const workers = {
    definition: (_orgId: OrgId, type: string, kind: string) => {
      state.asked++;
      return Promise.resolve(
        type === 'workflow' && kind === 'order' ? ({ inputSchema: state.schema } as DefinitionRecord) : undefined,
      );
    },
  };
  const inputs = createInputCheck(workers, log, () => state.now);
  const check = (input: unknown, kind = 'order') =>
    inputs.check({ orgId: ORG, type: 'workflow', kind, input: JSON.stringify(input) as Json });
  return { state, lines, check };
}

describe('the input of a start', () => {
  it.each([
    [{ type: 'object', required: ['id'] }, {}, 'input.id is missing'],
    [{ properties: { n: { type: 'number' } } }, { n: 'x' }, 'input.n must be number'],
    [{ properties: { n: {} }, additionalProperties: false }, { 'a b': 1 }, 'input["a b"] is not known'],
    [{ items: { enum: ['a', 'b'] } }, ['a', 'c'], 'input[1] must be one of ["a","b"]'],
    [{ properties: { v: { const: 2 } } }, { v: 3 }, 'input.v must be 2'],
    [{ type: 'string', minLength: 2 }, 'x', 'input must NOT have fewer than 2 characters'],
    [{ properties: { 'a/b': { properties: { '~': { type: 'null' } } } } }, { 'a/b': { '~': 1 } }, 'input["a/b"]["~"]'],
    [{ $defs: { N: { type: 'integer' } }, prefixItems: [{ $ref: '#/$defs/N' }] }, ['x'], 'input[0] must be integer'],
    [
      { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'integer' }] },
      ['x'],
      'input[0] must be integer',
    ],
    // No draft is named, and only the older one has lists there.
    [{ items: [{ type: 'integer' }] }, ['x'], 'input[0] must be integer'],
    [
      { $schema: 'https://json-schema.org/draft/2020-12/schema', dependentRequired: { a: ['b'] } },
      { a: 1 },
      'must have property b when property a is present',
    ],
    [{ $id: 'https://acme.example/order', type: 'object', required: ['toString'] }, {}, 'input.toString is missing'],
    [false, 1, 'boolean schema is false'],
  ])('%# %j refuses %j', async (schema, input, words) => {
    const { check, lines } = checkOf(schema);
    await expect(check(input)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(words) as string,
    });
    await expect(check(input)).rejects.toThrow('The input does not fit what the workflow "order" takes: ');
    expect(lines).toEqual([]);
  });

  it.each([
    [{ type: 'object', properties: { at: { type: 'string', format: 'uint7' } } }, { at: 'x' }],
    [{ type: 'object', 'x-ours': 1, unknownWord: [] }, {}],
    [true, 1],
  ])('fits %j', async (schema, input) => {
    const { check, lines } = checkOf(schema);
    await check(input);
    expect(lines).toEqual([]);
  });

  it('may be anything where no schema is registered', async () => {
    const { check } = checkOf(false);
    await check(1, 'another');
  });

  it('is told of ten problems, and how many more there are', async () => {
    const { check } = checkOf({ items: { type: 'string' } });
    await expect(check(Array.from({ length: 14 }, () => 1))).rejects.toThrow(
      /input\[0\] must be string; .*input\[9\] must be string; and 4 more\.$/,
    );
  });

  it('never comes back in the message', async () => {
    const { check } = checkOf({ properties: { secret: { type: 'number', enum: [1] } } });
    await expect(check({ secret: 'hunter2' })).rejects.toThrow(expect.not.stringContaining('hunter2') as string);
  });
});

describe('a schema', () => {
  it('R31 does not see what another one has named', async () => {
    const named = {
      $id: 'https://acme.example/a',
      $defs: { secret: { $id: 'https://acme.example/secret', const: 7 } },
    };
    const { check } = checkOf(named);
    await check(1);
    const other = checkOf({ $ref: 'https://acme.example/secret' });
    await other.check(1);
    expect(other.lines).toHaveLength(1);
  });

  it.each([
    ['that is none', { type: 'nothing' }],
    ['of another form', [1]],
    ['that leads to another document', { $ref: 'https://elsewhere.example/schema.json' }],
    ['that is too long', { description: 'x'.repeat(300_000), type: 'string' }],
  ])('%s refuses nothing, and is logged once', async (_what, schema) => {
    const { check, lines, state } = checkOf(schema);
    await check(1);
    await check({});
    state.now += 5_000;
    await check({});
    expect(lines).toMatchObject([{ msg: 'input schema of a kind cannot be used', kind: 'order' }]);
  });

  it.each([
    ['a pattern', { pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`],
    [
      'its references',
      {
        $defs: Object.fromEntries(
          Array.from({ length: 40 }, (_, n) => [
            `d${n}`,
            n === 39
              ? { type: 'string' }
              : { anyOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}`, not: {} }] },
          ]),
        ),
        $ref: '#/$defs/d0',
      },
      1,
    ],
  ])('S16 S19 that takes for ever, by %s, is stopped and not asked again', async (_what, schema, input) => {
    const { check, lines } = checkOf(schema);
    const from = process.hrtime.bigint();
    await check(input);
    await check(input);
    expect(Number(process.hrtime.bigint() - from) / 1e6).toBeLessThan(2_000);
    expect(lines).toHaveLength(1);
  });

  it('is looked up once a second, whatever is started, and counts from then on', async () => {
    const { check, state } = checkOf({ type: 'string' });
    await Promise.all(Array.from({ length: 20 }, () => check('x')));
    await check('x');
    expect(state.asked).toBe(1);
    state.schema = JSON.stringify({ type: 'number' }) as Json;
    state.now += 1_001;
    await expect(check('x')).rejects.toThrow('must be number');
    state.schema = undefined;
    state.now += 1_001;
    await check('x');
    expect(state.asked).toBe(3);
  });
});
