import { describe, expect, it } from 'vitest';

import { errorCodeOfSlug, errorCodes, isErrorCode } from './error-code.js';
import { ServiceError } from './service-error.js';

const codes = Object.keys(errorCodes).filter(isErrorCode);

describe('error codes', () => {
  it.each(codes)('%s has a page of its own', (code) => {
    expect(errorCodeOfSlug(errorCodes[code].slug)).toBe(code);
    expect(errorCodes[code].slug).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('are a closed list', () => {
    expect(isErrorCode('toString')).toBe(false);
    expect(errorCodeOfSlug('no-such-thing')).toBeUndefined();
  });
});

describe('ServiceError', () => {
  it('makes anything known, and hides what was not meant for others', () => {
    const known = new ServiceError('NOT_FOUND', 'There is no execution 5.');
    expect(ServiceError.from(known)).toBe(known);
    const secret = new Error('select * from secrets');
    const made = ServiceError.from(secret);
    expect(made).toMatchObject({ code: 'INTERNAL', cause: secret });
    expect(made.message).not.toContain('secrets');
  });

  it('is recognised across two copies of the package', () => {
    expect(ServiceError.is({ [Symbol.for('flovyn.ServiceError')]: true })).toBe(true);
    expect(ServiceError.is(new Error('x'))).toBe(false);
    expect(ServiceError.is(null)).toBe(false);
  });
});
