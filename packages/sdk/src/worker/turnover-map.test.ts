import { describe, expect, it } from 'vitest';
import { TurnoverMap } from './turnover-map.js';

describe('a map for what comes and goes', () => {
  it('keeps what is there in the order in which it came', () => {
    const map = new TurnoverMap<number, { name: string }>();
    for (const id of [3, 1, 2]) map.set(id, { name: `${id}` });
    map.set(1, { name: 'one' });
    expect(map.delete(3)).toBe(true);
    expect(map.delete(3)).toBe(false);
    map.set(3, { name: 'again' });
    expect([...map.entries()]).toEqual([
      [1, { name: 'one' }],
      [2, { name: '2' }],
      [3, { name: 'again' }],
    ]);
    expect([...map.values()].map(({ name }) => name)).toEqual(['one', '2', 'again']);
    expect(map.get(2)).toEqual({ name: '2' });
    expect(map.get(9)).toBeUndefined();
    expect(map.size).toBe(3);
  });

  it('passes over what goes while it is walked through', () => {
    const map = new TurnoverMap<string, { name: string }>();
    for (const name of ['a', 'b', 'c']) map.set(name, { name });
    const seen: string[] = [];
    for (const { name } of map.values()) {
      seen.push(name);
      map.delete('b');
    }
    expect(seen).toEqual(['a', 'c']);
    map.clear();
    expect(map.size).toBe(0);
    expect([...map.values()]).toEqual([]);
  });
});
