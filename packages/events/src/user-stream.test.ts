import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

import { parseStreamEvent } from './ingress.js';
import { checkStreamValue, defineStream, readStream, streamJsonSchema } from './user-stream.js';

const orders = defineStream({
  name: 'orders',
  description: 'Orders as they come',
  schema: z.object({ id: z.string(), lines: z.array(z.object({ price: z.number() })) }),
});

describe('a stream of the user', () => {
  it('keeps what it was defined with, and cannot be changed', () => {
    expect(orders).toMatchObject({ name: 'orders', description: 'Orders as they come' });
    expect(Object.isFrozen(orders)).toBe(true);
  });

  it.each(['', '-orders', '.orders', 'two words', 'naïve', 'a'.repeat(101), 'a\n'])('is not named %j', (name) => {
    expect(() => defineStream({ name, schema: z.string() })).toThrow('begins with a letter or digit');
    expect(parseStreamEvent({ type: 'data', data: 1, stream: name })).toMatchObject({ ok: false, reason: 'invalid' });
  });

  it.each(['o', '1', 'orders.v2', 'Orders_of-today', 'a'.repeat(100)])('may be named %s', (name) => {
    expect(defineStream({ name, schema: z.string() }).name).toBe(name);
    expect(parseStreamEvent({ type: 'data', data: 1, stream: name })).toMatchObject({ ok: true });
  });

  it('needs a schema that follows the standard', () => {
    // @ts-expect-error -- a schema of no library
    expect(() => defineStream({ name: 'orders', schema: { parse: () => 1 } })).toThrow(
      'must implement Standard Schema',
    );
  });
});

describe('reading a stream', () => {
  it('gives the value of an event that is of the stream', () => {
    const data = { id: 'o-1', lines: [{ price: 2 }] };
    expect(readStream(orders, { type: 'data', data, stream: 'orders' })).toEqual({ ok: true, value: data });
  });

  it.each([
    { type: 'data', data: { id: 'o-1', lines: [] } },
    { type: 'data', data: { id: 'o-1', lines: [] }, stream: 'other' },
    { type: 'token', text: 'orders' },
  ] as const)('passes over %j', (event) => {
    expect(readStream(orders, event)).toBeUndefined();
  });

  it('says where a value does not fit', () => {
    const data = { id: 'o-1', lines: [{ price: 2 }, { price: 'two' }] };
    expect(readStream(orders, { type: 'data', data, stream: 'orders' })).toEqual({
      ok: false,
      issues: [{ path: 'lines.1.price', message: expect.any(String) }],
    });
    expect(checkStreamValue(orders, null)).toMatchObject({ ok: false, issues: [{ path: '' }] });
  });

  it("gives what the schema makes of what was sent: the sender's type and the reader's may differ", () => {
    const days = defineStream({
      name: 'days',
      schema: z.pipe(
        z.iso.date(),
        z.transform((text) => new Date(text)),
      ),
    });
    expect(readStream(days, { type: 'data', data: '2026-01-02', stream: 'days' })).toEqual({
      ok: true,
      value: new Date('2026-01-02'),
    });
  });

  it('cannot wait for a schema that checks asynchronously, and says so', () => {
    const slow = defineStream({
      name: 'slow',
      schema: { '~standard': { version: 1, vendor: 'none', validate: () => Promise.reject(new Error('late')) } },
    });
    expect(() => checkStreamValue(slow, 1)).toThrow('The schema of stream "slow" checks asynchronously');
  });
});

describe('the JSON Schema of a stream', () => {
  const name = 'orders';

  /** A schema of a library that can write it as JSON Schema. */
  function speaking(input: (options: { readonly target: string }) => Record<string, unknown>) {
    const output = () => ({ title: 'what the reader makes of it' });
    return { '~standard': { ...z.string()['~standard'], jsonSchema: { input, output } } };
  }

  it('is of what is sent, in the newest draft', () => {
    const schema = speaking(({ target }) => ({ type: 'string', target }));
    expect(streamJsonSchema(defineStream({ name, schema }))).toEqual({ type: 'string', target: 'draft-2020-12' });
  });

  it('is the one that was given, where one was', () => {
    const jsonSchema = { type: 'number' };
    const schema = speaking(() => ({ type: 'string' }));
    expect(streamJsonSchema(defineStream({ name, schema, jsonSchema }))).toBe(jsonSchema);
  });

  it('is absent where the library has none to give', () => {
    expect(streamJsonSchema(defineStream({ name, schema: z.string() }))).toBeUndefined();
  });

  it('is refused in the words of the library', () => {
    const schema = speaking(() => {
      throw new Error('Date cannot be represented in JSON Schema');
    });
    expect(() => streamJsonSchema(defineStream({ name, schema }))).toThrow('Date cannot be represented');
  });
});
