import type { OrgId } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import type { Known } from './authenticator.js';
import { type RememberOptions, remembered } from './remembered.js';

const ada: Known = { principal: { type: 'Worker', id: 'ada', orgId: 'acme' as OrgId } };

function aMemory(options: Partial<RememberOptions> = {}) {
  let now = 0;
  const asked: string[] = [];
  let find: (credential: string) => Promise<Known | undefined> = async (name) => (name === 'ada' ? ada : undefined);
  const memory = remembered(
    (credential) => {
      asked.push(credential);
      return find(credential);
    },
    { knownMs: 30_000, unknownMs: 5_000, now: () => now, ...options },
  );
  return {
    ...memory,
    asked,
    pass: (ms: number) => void (now += ms),
    answer: (other: typeof find) => void (find = other),
  };
}

describe('what is remembered of a credential', () => {
  it('is told at once, until its time is over', async () => {
    const { recognise, asked, pass } = aMemory();
    expect(await recognise('ada')).toBe(ada);
    pass(29_999);
    expect(recognise('ada')).toBe(ada);
    pass(1);
    expect(recognise('ada')).toBeInstanceOf(Promise);
    expect(asked).toEqual(['ada', 'ada']);
  });

  it('is also that it is nobody, for a shorter time', async () => {
    const { recognise, asked, pass } = aMemory();
    expect(await recognise('eve')).toBeUndefined();
    expect(recognise('eve')).toBeUndefined();
    pass(5_000);
    expect(await recognise('eve')).toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  it('is never that nobody could say', async () => {
    const { recognise, asked, answer } = aMemory();
    answer(async () => Promise.reject(new ServiceError('UNAVAILABLE', 'away')));
    await expect(recognise('ada')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    answer(async () => ada);
    expect(await recognise('ada')).toBe(ada);
    expect(asked).toHaveLength(2);
  });

  it('is asked for once by many at the same time', async () => {
    const { recognise, asked } = aMemory();
    await Promise.all(Array.from({ length: 20 }, async () => recognise('ada')));
    expect(asked).toEqual(['ada']);
  });

  it('is forgotten, also what is on its way', async () => {
    const { recognise, forget, asked, answer } = aMemory();
    await recognise('ada');
    forget();
    const late = recognise('ada');
    forget();
    answer(async () => undefined);
    expect(await late).toBe(ada);
    expect(await recognise('ada')).toBeUndefined();
    expect(asked).toHaveLength(3);
  });

  it('S21 takes a bounded room, and guesses a bounded part of whoever is asked', async () => {
    const { recognise, asked } = aMemory({ most: 2, mostUnderWay: 3 });
    const guesses = ['a', 'b', 'c'].map(async (name) => recognise(name));
    expect(() => recognise('d')).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }) as Error);
    await Promise.all(guesses);
    expect(recognise('c')).toBeUndefined();
    expect(recognise('a')).toBeInstanceOf(Promise);
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });
});
