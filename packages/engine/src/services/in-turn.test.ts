import { describe, expect, test } from 'vitest';
import { InTurn } from './in-turn.js';

describe('in turn', () => {
  test('one thing is done after the other, also after a failure, and different things at once', async () => {
    const inTurn = new InTurn<string>();
    const log: string[] = [];
    const does = (what: string) => async (): Promise<string> => {
      log.push(`${what} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${what} ends`);
      if (what === 'a1') throw new Error('a1 failed');
      return what;
    };
    const all = [inTurn.run('a', does('a1')), inTurn.run('a', does('a2')), inTurn.run('b', does('b1'))];
    const results = await Promise.allSettled(all);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(log.slice(0, 2)).toEqual(['a1 begins', 'b1 begins']);
    expect(log.indexOf('a2 begins')).toBeGreaterThan(log.indexOf('a1 ends'));
  });
});
