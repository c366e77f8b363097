import type { ServiceError } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import { keyOf, storable } from './fields.js';
import { parsePromiseRef } from './promise-ref.js';
import { checkOutput } from './task-output.js';

const UUID = '7F0C0F6E-0000-4000-8000-00000000000A';
const id = UUID.toLowerCase();

function refusedWith(code: string): ServiceError {
  return expect.objectContaining({ code }) as ServiceError;
}

describe('the promise a caller means', () => {
  it('is known by its UUID, or by its execution and its name', () => {
    expect(parsePromiseRef(UUID)).toEqual({ promiseId: id });
    expect(parsePromiseRef(`${UUID}/approval`)).toEqual({ executionId: id, name: 'approval' });
    expect(parsePromiseRef(`${UUID}:a/b:c d`)).toEqual({ executionId: id, name: 'a/b:c d' });
  });

  it.each(['', 'approval', `${UUID}approval`, `${UUID}-approval`, 'x/approval'])('is not %j', (text) => {
    expect(() => parsePromiseRef(text)).toThrow(refusedWith('INVALID_ARGUMENT'));
  });

  it('has a name', () => {
    expect(() => parsePromiseRef(`${UUID}/`)).toThrow(refusedWith('INVALID_IDENTIFIER'));
  });
});

describe('an idempotency key', () => {
  it('lives for a day unless its caller says otherwise; an empty one is none', () => {
    expect(keyOf({})).toEqual({});
    expect(keyOf({ idempotencyKey: '', idempotencyKeyTtlSeconds: 5 })).toEqual({});
    expect(keyOf({ idempotencyKey: 'k' })).toEqual({ idempotency: { key: 'k', ttlSeconds: 86_400 } });
    expect(keyOf({ idempotencyKey: 'k', idempotencyKeyTtlSeconds: 2_592_000 })).toEqual({
      idempotency: { key: 'k', ttlSeconds: 2_592_000 },
    });
  });

  it.each([0, -1, 2_592_001])('does not live for %d seconds', (ttl) => {
    expect(() => keyOf({ idempotencyKey: 'k', idempotencyKeyTtlSeconds: ttl })).toThrow(
      refusedWith('INVALID_ARGUMENT'),
    );
  });
});

describe('output of a task', () => {
  const check = (type: Parameters<typeof checkOutput>[0]['type'], payload: string, timestampMs = 5) =>
    checkOutput({ type, payload, timestampMs }, 9);

  it('is taken as it was written', () => {
    expect(check('TOKEN', '{"type":"token", "text":"a"}')).toEqual({
      ok: true,
      output: { kind: 'token', event: '{"type":"token", "text":"a"}', timestampMs: 5 },
    });
  });

  it('has the time of its arrival when its own is none', () => {
    expect(check('TOKEN', '{"type":"token","text":"a"}', 0)).toMatchObject({ output: { timestampMs: 9 } });
  });

  it('keeps progress between 0 and 1', () => {
    expect(check('PROGRESS', '{"type":"progress","progress":7,"details":"far"}')).toMatchObject({
      output: {
        kind: 'progress',
        progress: 1,
        details: 'far',
        event: '{"type":"progress","progress":1,"details":"far"}',
      },
    });
  });

  it.each([
    ['an event that is no JSON', 'TOKEN', '{', 'not-json'],
    ['an event that is none', 'TOKEN', '{"type":"song"}', 'unknown-type'],
    ['an event without its data', 'TOKEN', '{"type":"token"}', 'invalid'],
    ['an event of another type', 'DATA', '{"type":"token","text":"a"}', 'wrong-type'],
    ['news', 'DATA', '{"type":"Event","event":"TASK_STARTED","data":{},"timestampMs":1}', 'unknown-type'],
    ['data in the shape of news', 'DATA', '{"type":"data","data":{"type":"Event","event":"X"}}', 'reserved-shape'],
  ] as const)('is refused when it is %s', (_what, type, payload, reason) => {
    const checked = check(type, payload);
    expect(checked.ok).toBe(false);
    if (payload.includes('TASK_STARTED')) return;
    expect(checked).toMatchObject({ reason });
  });
});

it('text is kept without the one character that cannot be', () => {
  expect(storable('a\u0000b')).toBe('a\uFFFDb');
});
