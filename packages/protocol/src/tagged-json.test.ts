import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromTaggedJson, toTaggedJson } from './tagged-json.js';

const roundTrip = (value: unknown): unknown => fromTaggedJson(toTaggedJson(value));

describe('tagged JSON', () => {
  it('writes the tags other SDKs read', () => {
    expect(toTaggedJson(new Date(0))).toBe('{"__type":"Date","value":"1970-01-01T00:00:00.000Z"}');
    expect(toTaggedJson({ n: 12n })).toBe('{"n":{"__type":"BigInt","value":"12"}}');
    expect(toTaggedJson([new Uint8Array([1, 255])])).toBe('[{"__type":"Uint8Array","value":[1,255]}]');
    expect(toTaggedJson(Buffer.from('a'))).toBe('{"__type":"Uint8Array","value":[97]}');
  });

  it('keeps dates, big integers and bytes at any depth', () => {
    const value = { a: [{ when: new Date(1_700_000_000_123), many: -(2n ** 80n) }], bytes: new Uint8Array([0, 7]) };
    expect(roundTrip(value)).toEqual(value);
  });

  it('is JSON for everything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(roundTrip(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([undefined, () => 1, Symbol('x')])('writes null for what JSON has no word for', (value) => {
    expect(toTaggedJson(value)).toBe('null');
  });

  it('respects toJSON, also when it gives a date', () => {
    expect(toTaggedJson({ toJSON: () => ({ x: 1 }) })).toBe('{"x":1}');
    expect(roundTrip({ toJSON: () => new Date(5) })).toEqual(new Date(5));
    expect(toTaggedJson({ at: new Date(Number.NaN) })).toBe('{"at":null}');
  });

  it('reads no text as null', () => {
    expect(fromTaggedJson('')).toBeNull();
  });

  it.each([
    '{"__type":"Date","value":"soon"}',
    '{"__type":"BigInt","value":"1.5"}',
    '{"__type":"Uint8Array","value":[256]}',
    '{"__type":"Date","value":"1970-01-01T00:00:00.000Z","more":1}',
    '{"__type":"OperationError","value":1}',
  ])('leaves %s an object', (text) => {
    expect(fromTaggedJson(text)).toEqual(JSON.parse(text));
  });

  it('refuses a value that contains itself and says where', () => {
    const order: Record<string, unknown> = { items: [{}] };
    (order['items'] as unknown[])[0] = { order };
    expect(() => toTaggedJson(order)).toThrow('it contains itself at "value.items.0.order"');
  });

  it('lets the error of a failing toJSON through', () => {
    const value = {
      toJSON() {
        throw new Error('mine');
      },
    };
    expect(() => toTaggedJson(value)).toThrow('mine');
  });
});
