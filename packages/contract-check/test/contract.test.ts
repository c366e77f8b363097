import { describe, expect, it } from 'vitest';

import { type Contract, type ContractManifest, type JsonSchema, SchemaError, classifyContract } from '../src/index.js';

const event = (name: string, data: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: { name: { const: name }, data },
  required: ['name', 'data'],
});

/** A contract of a shop that has two events. */
function aContract(manifest: Partial<ContractManifest> = {}, $defs: Record<string, JsonSchema> = {}): Contract {
  return {
    manifest: { version: '1.0.0', events: { ORDERED: {}, PAID: { terminal: true } }, ...manifest },
    schema: {
      $defs: { ORDERED: event('ORDERED', { type: 'string' }), PAID: event('PAID', { type: 'number' }), ...$defs },
    },
  };
}

function kindsOf(before: Contract, after: Contract): readonly string[] {
  return classifyContract(before, after).differences.map(({ kind, path }) => `${path} ${kind}`);
}

describe('a contract', () => {
  it('does not differ from itself, whatever its version', () => {
    expect(classifyContract(aContract(), aContract({ version: '9.0.0' })).class).toBe('same');
  });

  it('says at which event something has changed, and what that does in which role', () => {
    const after = aContract({}, { PAID: event('PAID', { type: 'integer' }) });
    expect(kindsOf(aContract(), after)).toEqual(['PAID/data integer-required']);
    expect(classifyContract(aContract(), after, 'reader').class).toBe('breaking');
    expect(classifyContract(aContract(), after, 'writer').class).toBe('non-breaking');
  });

  it('tells a new name of an old event from an event that went while another one came', () => {
    const events = { ORDERED: {}, SETTLED: { terminal: true } };
    const same = aContract({ events }, { SETTLED: event('SETTLED', { type: 'number' }) });
    const other = aContract({ events }, { SETTLED: event('SETTLED', { type: 'boolean' }) });
    expect(kindsOf(aContract(), same)).toEqual(['PAID event-renamed']);
    expect(kindsOf(aContract(), other)).toEqual(['PAID event-removed', 'SETTLED event-added']);
    expect(kindsOf(other, aContract())).toEqual(['SETTLED event-removed', 'PAID event-added']);
  });

  it('removes no event in any role', () => {
    const fewer = aContract({ events: { ORDERED: {} } });
    for (const role of ['reader', 'writer', 'both'] as const) {
      expect(classifyContract(aContract(), fewer, role).class).toBe('breaking');
      expect(classifyContract(fewer, aContract(), role).class).toBe('non-breaking');
    }
  });

  it.each([
    ['sse', 'paid', 'sse-name-changed', 'breaking'],
    ['terminal', false, 'terminal-changed', 'breaking'],
    ['number', 7, 'number-changed', 'breaking'],
    ['entity', 'order', 'meaning-changed', 'breaking'],
    ['lifecycle', 'order.paid', 'meaning-changed', 'breaking'],
    ['deprecated', { since: '2.0.0' }, 'deprecation-changed', 'docs'],
    ['doc', 'It was paid.', 'docs-changed', 'docs'],
    ['since', '1.0.0', 'docs-changed', 'docs'],
    ['unit', 'EUR', 'unknown-member-changed', 'breaking'],
    ['toString', 'a', 'unknown-member-changed', 'breaking'],
  ])('says more of an event than its schema: %s', (member, value, kind, verdict) => {
    const after = aContract({ events: { ORDERED: {}, PAID: { terminal: true, [member]: value } } });
    expect(kindsOf(aContract(), after)).toEqual([`PAID ${kind}`]);
    expect(kindsOf(after, aContract())).toEqual([`PAID ${kind}`]);
    expect(classifyContract(aContract(), after).class).toBe(verdict);
  });

  it('finds a definition under another name, which nobody sees', () => {
    const events = { ORDERED: { definition: 'shop.ordered' }, PAID: { terminal: true } };
    expect(
      kindsOf(aContract(), aContract({ events }, { 'shop.ordered': event('ORDERED', { type: 'string' }) })),
    ).toEqual([]);
  });

  it('compares what events travel in without the events themselves', () => {
    const frame = (more: Record<string, JsonSchema>, members: string[]): Record<string, JsonSchema> => ({
      Frame: {
        type: 'object',
        properties: { event: { anyOf: members.map((name) => ({ $ref: `#/$defs/${name}` })) }, ...more },
      },
    });
    const before = aContract({ frame: { definition: 'Frame' } }, frame({}, ['ORDERED', 'PAID']));
    const events = { ...before.manifest.events, SENT: {} };
    const sent = { SENT: event('SENT', {}) };
    const after = aContract(
      { frame: { definition: 'Frame' }, events },
      { ...frame({}, ['ORDERED', 'PAID', 'SENT']), ...sent },
    );
    expect(kindsOf(before, after)).toEqual(['SENT event-added']);
    const numbered = frame({ seq: { type: 'integer' } }, ['ORDERED', 'PAID']);
    expect(kindsOf(before, aContract({ frame: { definition: 'Frame' } }, numbered))).toEqual([
      'frame/seq property-added',
    ]);
    expect(kindsOf(before, aContract())).toEqual(['frame meaning-changed']);
  });

  it('has limits, words and numbers', () => {
    const before = aContract({
      limits: { bytes: 10 },
      enums: { Colour: ['RED', 'BLUE'] },
      protocolNumbers: { Colour: { RED: 1, BLUE: 2 } },
    });
    const after = aContract({
      limits: { bytes: 20, depth: 3 },
      enums: { Colour: ['RED', 'GREEN'] },
      protocolNumbers: { Colour: { RED: 2, GREEN: 3 } },
    });
    expect(kindsOf(before, after)).toEqual([
      'limits/bytes limit-loosened',
      'limits/depth limit-tightened',
      'enums/Colour open-enum-value-removed',
      'enums/Colour open-enum-value-added',
      'protocolNumbers/Colour/RED number-changed',
      'protocolNumbers/Colour/BLUE number-removed',
      'protocolNumbers/Colour/GREEN number-added',
    ]);
  });

  it('knows which facts are announced, and which are not', () => {
    const history = (paid: string | object): Contract => aContract({ history: { PAID: paid as string } });
    expect(kindsOf(history({ unannounced: 'secret' }), history({ unannounced: 'private' }))).toEqual([
      'history/PAID docs-changed',
    ]);
    expect(kindsOf(history({ unannounced: 'secret' }), history('PAID'))).toEqual(['history/PAID history-added']);
    expect(kindsOf(history('PAID'), history({ unannounced: 'secret' }))).toEqual(['history/PAID meaning-changed']);
    expect(kindsOf(history('PAID'), aContract())).toEqual(['history/PAID history-removed']);
  });

  it.each([
    ['frameVersion', 2, 'frameVersion meaning-changed'],
    ['idSyntax', '^[0-9]+$', 'idSyntax id-syntax-changed'],
    ['promise', 'new', 'promise unknown-member-changed'],
    ['toString', 'new', 'toString unknown-member-changed'],
  ])('breaks when something else that was promised changes: %s', (member, value, expected) => {
    const after = aContract({ [member]: value });
    expect(kindsOf(aContract(), after)).toEqual([expected]);
    expect(kindsOf(after, aContract())).toEqual([expected]);
    expect(classifyContract(aContract(), after, 'reader').class).toBe('breaking');
  });

  it('has stored samples, which may be added and never changed', () => {
    const stored = (golden: Record<string, string>): Contract => ({ ...aContract(), golden });
    expect(kindsOf(stored({ a: '1', b: '2' }), stored({ a: '1', b: '3', c: '4' }))).toEqual([
      'golden/b golden-changed',
      'golden/c golden-added',
    ]);
    expect(kindsOf(stored({ a: '1' }), stored({}))).toEqual(['golden/a golden-removed']);
    expect(kindsOf(stored({ a: '1' }), aContract())).toEqual([]);
  });

  it('is refused when an event has no definition', () => {
    const broken = aContract({ events: { ORDERED: {}, LOST: {} } });
    expect(() => classifyContract(broken, broken)).toThrow(SchemaError);
    expect(() => classifyContract(broken, broken)).toThrow('no definition "LOST"');
  });
});
