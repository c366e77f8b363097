import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExecutionId, OrgId } from '../ids.js';
import type { DueTimer } from '../ports/store.js';
import { Agenda } from './agenda.js';

function timer(id: number, dueAt: number): DueTimer {
  return { executionId: 'e' as ExecutionId, orgId: 'o' as OrgId, type: 'timer', id: String(id), dueAt };
}

test('what is due comes out in order, and what is not stays', () => {
  const agenda = new Agenda();
  for (const [id, dueAt] of [30, 10, 20, 40].entries()) agenda.add(timer(id, dueAt));
  expect(agenda.next).toBe(10);
  expect([agenda.take(30), agenda.take(30), agenda.take(30), agenda.take(30)].map((one) => one?.dueAt)).toEqual([
    10,
    20,
    30,
    undefined,
  ]);
  expect(agenda.size).toBe(1);
});

test('each thing stands in it once: for the instant it was told last, or not at all', () => {
  const put = fc.record({ id: fc.nat(5), dueAt: fc.option(fc.nat(20), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(put, { maxLength: 60 }), fc.nat(20), (puts, now) => {
      const agenda = new Agenda();
      const expected = new Map<number, number>();
      for (const { id, dueAt } of puts) {
        if (dueAt === undefined) {
          agenda.delete(timer(id, 0));
          expected.delete(id);
        } else {
          agenda.add(timer(id, dueAt));
          expected.set(id, dueAt);
        }
      }
      const dues = [...expected.values()].toSorted((a, b) => a - b);
      expect(agenda.size).toBe(dues.length);
      expect(agenda.next).toBe(dues[0] ?? Number.POSITIVE_INFINITY);
      const taken: number[] = [];
      for (let one = agenda.take(now); one !== undefined; one = agenda.take(now)) taken.push(one.dueAt);
      expect(taken).toEqual(dues.filter((dueAt) => dueAt <= now));
    }),
  );
});
