import { describe, expect, it } from 'vitest';

import { fromFailure, toFailure } from './failure.js';

class CardRefused extends Error {
  override readonly name = 'CardRefused';
  readonly retryable = false;
}

describe('failures', () => {
  it('keep what an error says of itself', () => {
    const error = new CardRefused('no money');
    expect(toFailure(error)).toEqual({
      name: 'CardRefused',
      message: 'no money',
      stackTrace: error.stack,
      retryable: false,
    });
    expect(toFailure(new TypeError('x'))).toMatchObject({ name: 'TypeError', retryable: true });
  });

  it.each([
    ['just text', 'just text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7n, '7'],
    [{ code: 5 }, '{"code":5}'],
    [Object.create(null), '{}'],
    [Symbol('x'), 'Symbol(x)'],
    [{ n: 1n }, 'Something that cannot be printed was thrown.'],
  ])('can be made of anything that was thrown: %#', (thrown, message) => {
    expect(toFailure(thrown)).toEqual({ name: 'Error', message, stackTrace: '', retryable: true });
  });

  it('survive a hostile error', () => {
    const hostile = {
      get message(): string {
        throw new Error('no');
      },
    };
    expect(toFailure(hostile).message).toBe('Something that cannot be printed was thrown.');
  });

  it('have a message that fits into a payload, whatever the error quoted', () => {
    const { message } = toFailure(new Error('x'.repeat(1_000_000)));
    expect(message.length).toBeLessThan(70_000);
    expect(message).toContain('characters cut');
  });

  it('become errors again', () => {
    const failure = toFailure(new CardRefused('no money'));
    const error = fromFailure(failure);
    expect(error).toBeInstanceOf(Error);
    expect(toFailure(error)).toEqual(failure);
    expect(Object.keys(error)).toEqual(['retryable']);
  });
});
