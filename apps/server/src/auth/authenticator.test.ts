import type { OrgId } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import { type Known, type Recognise, inOrder } from './authenticator.js';

const ada: Known = { principal: { type: 'Worker', id: 'ada', orgId: 'acme' as OrgId } };
const bob: Known = { principal: { type: 'Worker', id: 'bob', orgId: 'acme' as OrgId } };

const away: Recognise = () => Promise.reject(new ServiceError('UNAVAILABLE', 'away'));
const expired: Recognise = () => Promise.reject(new ServiceError('UNAUTHENTICATED', 'expired'));
const broken: Recognise = () => {
  throw new TypeError('broken');
};
const nobody: Recognise = () => undefined;
const later =
  (known: Known | undefined): Recognise =>
  async () =>
    known;

async function outcome(...all: Recognise[]) {
  try {
    return (await inOrder(all)('x'))?.principal.id;
  } catch (error: unknown) {
    return ServiceError.from(error).code;
  }
}

describe('several authenticators', () => {
  it('are asked in their order, and no longer than until one knows', async () => {
    expect(await outcome(nobody, later(undefined), () => ada, later(bob))).toBe('ada');
    expect(await outcome(later(bob), () => ada)).toBe('bob');
    expect(await outcome(() => ada, broken)).toBe('ada');
  });

  it('answer at once as long as nobody has to be waited for', () => {
    expect(inOrder([nobody, () => ada, later(bob)])('x')).toBe(ada);
    expect(inOrder([nobody, nobody])('x')).toBeUndefined();
    expect(inOrder([])('x')).toBeUndefined();
  });

  it('R32 one that cannot say hides nobody from the next, and is the answer when nobody knows', async () => {
    expect(await outcome(away, later(ada))).toBe('ada');
    expect(await outcome(away, nobody)).toBe('UNAVAILABLE');
    expect(await outcome(nobody, away, later(undefined))).toBe('UNAVAILABLE');
  });

  it('R32 of several refusals the one is told after which asking again makes sense, else the first', async () => {
    expect(await outcome(expired, away)).toBe('UNAVAILABLE');
    expect(await outcome(away, expired)).toBe('UNAVAILABLE');
    expect(await outcome(expired, nobody)).toBe('UNAUTHENTICATED');
    expect(await outcome(expired, broken)).toBe('UNAUTHENTICATED');
  });

  it('R32 one that fails in a way nobody thought of lets nobody in', async () => {
    expect(await outcome(broken)).toBe('INTERNAL');
    expect(await outcome(nobody, broken, later(undefined))).toBe('INTERNAL');
  });
});
