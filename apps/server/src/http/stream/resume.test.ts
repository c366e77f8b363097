import type { ExecutionId, StreamHead } from '@flovyn/engine';
import { describe, expect, it } from 'vitest';
import { resumeAfter, resumeFrom } from './resume.js';

const id = '00000000-0000-7000-8000-000000000001' as ExecutionId;

function aHead(head: Partial<StreamHead> = {}): StreamHead {
  return {
    executionId: id,
    rootId: id,
    type: 'workflow',
    epoch: 'new',
    epochBase: 0,
    seq: 20,
    first: 1,
    ended: undefined,
    ...head,
  };
}

describe('a reader goes on', () => {
  it.each([
    ['from the beginning without a cursor', undefined, {}, { after: 0, gaps: [] }],
    ['after its last entry', 'new.7', {}, { after: 7, gaps: [] }],
    ['at the end when it has everything', 'new.20', {}, { after: 20, gaps: [] }],
    ['silently over a new numbering that took nothing of it', 'old.7', { epochBase: 7 }, { after: 7, gaps: [] }],
    [
      'R21 knowingly where a new numbering took what it had seen',
      'old.9',
      { epochBase: 7 },
      { after: 7, gaps: [{ from: 8, to: 9, reason: 'epoch' }] },
    ],
    [
      'R21 knowingly from the beginning with a cursor of nobody',
      'garbage',
      {},
      { after: 0, gaps: [{ from: 1, to: 20, reason: 'epoch' }] },
    ],
    ['R21 the same with a bare number', '17', {}, { after: 0, gaps: [{ from: 1, to: 20, reason: 'epoch' }] }],
    [
      'R21 the same with a cursor of another execution',
      'other.3',
      {},
      { after: 0, gaps: [{ from: 1, to: 3, reason: 'epoch' }] },
    ],
    [
      'R21 knowingly when the log ends before what it has seen',
      'new.25',
      {},
      { after: 20, gaps: [{ from: 21, to: 25, reason: 'epoch' }] },
    ],
    [
      'R21 knowingly where entries are kept no longer',
      undefined,
      { first: 6 },
      { after: 5, gaps: [{ from: 1, to: 5, reason: 'expired' }] },
    ],
    [
      'R21 with both gaps when both happened',
      'old.9',
      { epochBase: 2, first: 6 },
      {
        after: 5,
        gaps: [
          { from: 3, to: 9, reason: 'epoch' },
          { from: 3, to: 5, reason: 'expired' },
        ],
      },
    ],
  ] as const)('%s', (_what, cursor, head, expected) => {
    expect(resumeAfter(cursor, aHead(head))).toEqual(expected);
  });
});

describe('a reader goes on where the end of the log was lost', () => {
  /** Entries 1 to 4 of the first numbering, 5 to 8 of the second, from 9 on of the third. */
  const extents: Readonly<Record<string, { first: number; last: number }>> = {
    first: { first: 1, last: 4 },
    second: { first: 5, last: 8 },
    third: { first: 9, last: 20 },
  };
  const log = { extent: (epoch: string) => Promise.resolve(extents[epoch]) };

  it.each([
    ['silently with an entry that is still there', 'second.7', { after: 7, gaps: [] }],
    ['after the last one that is', 'second.12', { after: 8, gaps: [{ from: 9, to: 12, reason: 'epoch' }] }],
    ['silently with one from before all losses', 'first.3', { after: 3, gaps: [] }],
    ['silently with what a numbering began after', 'second.2', { after: 2, gaps: [] }],
    [
      'R21 knowingly, when it was lost more than once since',
      'first.6',
      { after: 4, gaps: [{ from: 5, to: 6, reason: 'epoch' }] },
    ],
    [
      'R21 knowingly from the beginning with a numbering nobody knows',
      'other.6',
      { after: 0, gaps: [{ from: 1, to: 6, reason: 'epoch' }] },
    ],
  ])('%s', async (_what, cursor, expected) => {
    expect(await resumeFrom(cursor, aHead({ epoch: 'third', epochBase: 8 }), log)).toEqual(expected);
  });
});
