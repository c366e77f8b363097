import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { limits } from './limits.js';
import { ServiceError } from './service-error.js';
import {
  isUuid,
  parseIdempotencyKey,
  parseInteger,
  parseJson,
  parseKind,
  parseName,
  parseQueue,
  parseText,
  parseUuid,
} from './validate.js';

function refusal(action: () => unknown): ServiceError {
  try {
    action();
  } catch (error: unknown) {
    if (ServiceError.is(error)) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

describe('L05 identifiers', () => {
  it('kinds have 1 to 255 characters, queues 1 to 100', () => {
    expect(parseKind('k'.repeat(255))).toHaveLength(255);
    expect(parseQueue('q'.repeat(100))).toHaveLength(100);
    expect(refusal(() => parseKind('k'.repeat(256)))).toMatchObject({
      code: 'INVALID_IDENTIFIER',
      limit: 255,
      actual: 256,
    });
    expect(refusal(() => parseQueue('q'.repeat(101))).limit).toBe(100);
    expect(refusal(() => parseKind('')).message).toContain('kind must be');
  });

  it.each(['order.pay', 'a/b:c@1-2_3', 'A'])('%s is a kind', (kind) => {
    expect(parseKind(kind)).toBe(kind);
  });

  it.each(['a b', 'ä', 'a\n', '*', '>', 'a%2f'])('%j is no kind', (kind) => {
    expect(refusal(() => parseKind(kind)).code).toBe('INVALID_IDENTIFIER');
  });

  it('names may be any text without control characters', () => {
    expect(parseName('Freigabe für Ährenfeld 🌾', 'name')).toContain('🌾');
    expect(refusal(() => parseName('a\u0000', 'name')).code).toBe('INVALID_IDENTIFIER');
    expect(refusal(() => parseName('n'.repeat(256), 'signal_name')).message).toContain('signal_name must be');
    expect(refusal(() => parseName('', 'name')).code).toBe('INVALID_IDENTIFIER');
  });

  it('a message never repeats a long text', () => {
    expect(refusal(() => parseKind('x '.repeat(10_000))).message.length).toBeLessThan(200);
  });
});

describe('ids, keys and numbers', () => {
  it('UUIDs are taken in either case and stored in lower case', () => {
    expect(parseUuid('550E8400-E29B-41D4-A716-446655440000', 'id')).toBe('550e8400-e29b-41d4-a716-446655440000');
    expect(isUuid('550e8400e29b41d4a716446655440000')).toBe(false);
    expect(refusal(() => parseUuid('1', 'workflow_execution_id'))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('L25 idempotency keys have 1 to 255 characters', () => {
    expect(parseIdempotencyKey('k'.repeat(255))).toHaveLength(255);
    expect(refusal(() => parseIdempotencyKey('k'.repeat(256))).code).toBe('INVALID_ARGUMENT');
    expect(refusal(() => parseIdempotencyKey('')).code).toBe('INVALID_ARGUMENT');
  });

  it.each([-1, 11, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is not a whole number from 0 to 10', (value) => {
    expect(refusal(() => parseInteger(value, 'n', 0, 10)).code).toBe('INVALID_ARGUMENT');
  });
});

describe('payloads', () => {
  it('no text is null, and any JSON stays as it is', () => {
    expect(parseJson('', 'input')).toBe('null');
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text, 'input')).toBe(text);
      }),
    );
  });

  it.each(['{', 'nul', '[1,]', "{'a':1}", '"\u0001"', '1 2', '[1]]'.repeat(40)])(
    '%j is refused as malformed',
    (text) => {
      expect(refusal(() => parseJson(text, 'input'))).toMatchObject({
        code: 'MALFORMED_JSON',
        message: 'input must be JSON.',
      });
    },
  );

  it('L02 has at most 2 MiB, counted in bytes', () => {
    const ascii = (bytes: number): string => `"${'x'.repeat(bytes - 2)}"`;
    expect(parseJson(ascii(limits.payloadBytes), 'input')).toHaveLength(limits.payloadBytes);
    expect(refusal(() => parseJson(ascii(limits.payloadBytes + 1), 'input'))).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      limit: limits.payloadBytes,
      actual: limits.payloadBytes + 1,
    });
    const euros = `"${'€'.repeat(Math.ceil(limits.payloadBytes / 3))}"`;
    expect(euros.length).toBeLessThan(limits.payloadBytes);
    expect(refusal(() => parseJson(euros, 'input')).code).toBe('PAYLOAD_TOO_LARGE');
    expect(refusal(() => parseText('x'.repeat(limits.payloadBytes + 1), 'error')).code).toBe('PAYLOAD_TOO_LARGE');
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('L04 is at most 64 levels deep: %s', (open, close) => {
    const nested = (depth: number): string => `${open.repeat(depth)}0${close.repeat(depth)}`;
    expect(parseJson(nested(64), 'input')).toBe(nested(64));
    expect(refusal(() => parseJson(nested(65), 'input'))).toMatchObject({
      code: 'JSON_TOO_COMPLEX',
      limit: 64,
      actual: 65,
    });
    expect(refusal(() => parseJson(nested(200_000), 'input')).code).toBe('JSON_TOO_COMPLEX');
  });

  it('L04 has at most 100,000 values', () => {
    const list = (values: number): string => `[${Array.from({ length: values }, () => '1').join(',')}]`;
    expect(parseJson(list(99_999), 'input')).toHaveLength(2 * 99_999 + 1);
    expect(refusal(() => parseJson(list(100_000), 'input'))).toMatchObject({
      code: 'JSON_TOO_COMPLEX',
      limit: 100_000,
    });
    expect(refusal(() => parseJson(`[${'[],'.repeat(100_000)}[]]`, 'input')).code).toBe('JSON_TOO_COMPLEX');
  });

  it('brackets and commas inside text do not count', () => {
    const text = JSON.stringify({ a: '[{,'.repeat(200), b: '"[\\'.repeat(200) });
    expect(parseJson(text, 'input')).toBe(text);
  });
});
