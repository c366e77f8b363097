import { describe, expect, it } from 'vitest';
import { IdSource, RandomSource, WorkflowClock } from './deterministic.js';

const ID = '550e8400-e29b-41d4-a716-446655440000';

describe('what is derived from an execution', () => {
  it('gives the published ids', () => {
    const ids = new IdSource(ID);
    expect([ids.next(), ids.next(), ids.next()]).toEqual([
      'f26e0a44-20ff-520d-a90a-02a2a4592ab2',
      '0e10bfc9-059a-54d9-839c-40f6cec6828a',
      '6732940f-3a11-565a-aae1-d6a5b75a3ef9',
    ]);
  });

  it('gives the published random numbers', () => {
    const random = new RandomSource(ID);
    expect([random.next(), random.next(), random.next()]).toEqual([
      0.09721625185278004, 0.20695454883831607, 0.148677394863937,
    ]);
  });

  it('draws numbers from an execution whose id ends in zeros', () => {
    const random = new RandomSource('550e8400-e29b-41d4-0000-000000000000');
    const drawn = Array.from({ length: 1_000 }, () => random.next());
    expect(new Set(drawn).size).toBe(1_000);
    expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
  });
});

describe('the clock of a workflow', () => {
  it('never goes back', () => {
    const clock = new WorkflowClock();
    clock.observe(1_000);
    clock.observe(400);
    expect(clock.read()).toBe(1_000);
    expect(clock.guessRead).toBe(false);
  });

  it('remembers that code read a time nobody knew', () => {
    const clock = new WorkflowClock();
    clock.observe(1_000);
    clock.observe(undefined);
    expect(clock.guessRead).toBe(false);
    expect(clock.latest).toBe(1_000);
    expect(clock.guessRead).toBe(false);
    clock.read();
    expect(clock.guessRead).toBe(true);
  });
});
