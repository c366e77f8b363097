import type { ExecutionId, StreamEntry } from '@flovyn/engine';
import { toJson } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import { resumeAfter } from './resume.js';

const id = '00000000-0000-7000-8000-000000000001' as ExecutionId;

/** A log of which these numberings are left, each from one number to another. */
function aLog(...numberings: readonly (readonly [epoch: string, first: number, last: number])[]) {
  const entries = numberings.flatMap(([epoch, first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index): StreamEntry => {
      const event = toJson({ type: 'token', text: '' });
      return { executionId: id, rootId: id, epoch, seq: first + index, kind: 'token', event, timestampMs: 1 };
    }),
  );
  const { epoch = 'new', seq = 0 } = entries.at(-1) ?? {};
  return {
    head: { epoch, seq },
    extent: async (asked: string) => {
      const own = entries.filter((entry) => entry.epoch === asked).map((entry) => entry.seq);
      return own.length === 0 ? undefined : { first: Math.min(...own), last: Math.max(...own) };
    },
    read: async (after: number, limit: number) => entries.filter((entry) => entry.seq > after).slice(0, limit),
    placeOf: (entry: StreamEntry) => entry,
  };
}

const lost = (from: number, to: number) => ({ from, to, reason: 'epoch' });

describe('a reader goes on', () => {
  const whole = aLog(['first', 1, 4], ['second', 5, 8], ['third', 9, 20]);
  const partly = aLog(['first', 1, 2], ['first', 6, 6], ['second', 10, 12], ['third', 20, 20]);
  const only = aLog(['third', 20, 20]);

  it.each([
    ['from the beginning without a cursor', whole, undefined, 0],
    ['after its last entry', whole, 'third.17', 17],
    ['at the end when it has everything', whole, 'third.20', 20],
    ['silently with an entry of an older numbering that is still there', whole, 'second.7', 7],
    ['silently with one from before all losses', whole, 'first.3', 3],
    ['silently with what a numbering began after', whole, 'second.2', 2],
    ['knowingly after the last entry that is still there', whole, 'second.12', 8, lost(9, 12)],
    ['knowingly when it was lost more than once since', whole, 'first.6', 4, lost(5, 6)],
    ['knowingly from the beginning with a numbering nobody knows', whole, 'other.6', 0, lost(1, 6)],
    ['knowingly from the beginning with a cursor of nobody', whole, 'garbage', 0, lost(1, 20)],
    ['the same with a bare number', whole, '17', 0, lost(1, 20)],
    ['knowingly when the log ends before what it has seen', whole, 'third.25', 20, lost(21, 25)],
    ['to a hole in which its number is, of the newest numbering', only, 'third.7', 7],
    ['at the end of a log of which nothing else is left', only, 'third.20', 20],
    ['to a hole after the last that is sure, of an older numbering', partly, 'first.8', 6],
    ['over what is left of an older numbering', partly, 'first.4', 4],
    ['knowingly with what was lost, whatever has expired before', partly, 'first.11', 6, lost(7, 11)],
    ['to a hole of which nobody knows whose it was', only, 'first.12', 0],
    ['knowingly over the end that all numberings have lost', only, 'first.25', 0, lost(1, 25)],
  ] as const)('R21 %s', async (_what, { head, ...log }, cursor, after, ...gaps) => {
    expect(await resumeAfter(cursor, head, log)).toEqual({ after, gaps });
  });
});
