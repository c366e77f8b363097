import type { ExecutionId, StreamEntry } from '@flovyn/engine';
import { toJson } from '@flovyn/protocol';
import { streamSelections } from '@flovyn/protocol/http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCommit, encodeEntries } from './encode-entries.js';
import { selectionOf } from './selection.js';

const id = '00000000-0000-7000-8000-000000000001' as ExecutionId;

function aToken(seq: number, text: string): StreamEntry {
  const event = toJson({ type: 'token', text });
  return { executionId: id, rootId: id, epoch: 'e1', seq, kind: 'token', event, timestampMs: 1 };
}

describe('entries as bytes', () => {
  it('are the entries as text, whatever their size and characters', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.nat(400_000).map((length) => 'é'.repeat(length)),
      fc.nat(1_100_000).map((length) => 'x'.repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), (texts) => {
        const entries = texts.map((value, index) => aToken(index + 1, value));
        for (const format of ['json', 'plain'] as const) {
          const selection = selectionOf(undefined, format);
          const expected = Buffer.from(entries.map((entry) => selection.encode(entry)).join(''));
          expect(encodeEntries(entries, selection).equals(expected)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are none when none are taken', () => {
    expect(encodeEntries([aToken(1, 'a')], selectionOf(['events'], 'json'))).toHaveLength(0);
    expect(encodeEntries([], selectionOf(undefined, 'json'))).toHaveLength(0);
  });

  it('of a commit are made once for all readers that want the same', () => {
    const commit = [aToken(1, 'a'), aToken(2, 'b')];
    const first = encodeCommit(commit, selectionOf(undefined, 'json'));
    expect(encodeCommit(commit, selectionOf(undefined, 'json'))).toBe(first);
    expect(encodeCommit(commit, selectionOf(['tokens', 'events'], 'json'))).toBe(
      encodeCommit(commit, selectionOf(['events', 'tokens'], 'json')),
    );
    expect(encodeCommit(commit, selectionOf(undefined, 'plain'))).not.toBe(first);
    expect(encodeCommit([...commit], selectionOf(undefined, 'json'))).toEqual(first);
  });

  it.each(streamSelections)('can be only %s', (word) => {
    const kinds = ['state', 'token', 'progress', 'data', 'error'] as const;
    const selection = selectionOf([word], 'json');
    expect(kinds.filter((kind) => selection.takes({ ...aToken(1, ''), kind }))).toHaveLength(1);
  });
});
