import type { ExecutionId, FamilyHead, FamilyLog, OrgId, StreamEntry, Streams } from '@flovyn/engine';
import { toJson } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import { followFamily } from './followed-family.js';

const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;
const idOf = (last: number): ExecutionId => `00000000-0000-7000-8000-00000000000${last}` as ExecutionId;
const [root, child, grandchild, stranger] = [idOf(1), idOf(2), idOf(3), idOf(4)] as const;

/** A line of one of them; the first one says whose child it is. */
function line(id: ExecutionId, seq: number, parts: Partial<StreamEntry> & { parent?: ExecutionId } = {}): StreamEntry {
  const { parent, ...rest } = parts;
  const event = toJson({ type: 'Event', event: 'X', data: { parentWorkflowExecutionId: parent ?? null } });
  return { executionId: id, rootId: root, epoch: 'e1', seq, kind: 'state', event, timestampMs: 1, ...rest };
}

const over = { terminal: true } as const;

function aHead(id: ExecutionId, members: readonly ExecutionId[], parts: Partial<FamilyHead> = {}): FamilyHead {
  return {
    executionId: id,
    rootId: root,
    type: 'workflow',
    epoch: 'e1',
    seq: 10,
    last: 10,
    members: new Set(members),
    open: new Set(members),
    ended: undefined,
    ...parts,
  };
}

function follow(found: FamilyHead, later: FamilyHead | undefined = found) {
  const deaf = () => () => undefined;
  const streams: Streams = {
    subscribe: deaf,
    subscribeFamily: deaf,
    subscribeOrg: deaf,
    settled: () => Promise.resolve(),
  };
  const families: FamilyLog = {
    head: async () => later,
    read: async () => [],
    extent: async () => undefined,
  };
  return followFamily(orgId, found, { streams, families });
}

describe('a family that is followed', () => {
  it('R19 is looked at when the last of those who live has ended, and is over when that is all', async () => {
    const ended = aHead(root, [root, child], { open: new Set(), ended: 'FAILED', seq: 14, last: 14 });
    const followed = follow(aHead(root, [root, child]), ended);
    expect(followed.endAt(10)).toBeUndefined();
    followed.meet([line(root, 5, over)]);
    expect(followed.endAt(11)).toBeUndefined();
    followed.meet([line(child, 4), line(child, 5, over)]);
    expect(followed.endAt(14)).toBe('look');
    await followed.look();
    expect(followed.endAt(13)).toBe('look');
    expect(followed.endAt(14)).toBe('FAILED');
  });

  it('R19 lives on with a child that was born after the look, and with one that was opened again', () => {
    const followed = follow(aHead(root, [root]));
    followed.meet([line(child, 1, { parent: root }), line(root, 5, over)]);
    expect(followed.endAt(12)).toBeUndefined();
    followed.meet([line(child, 2, over)]);
    expect(followed.endAt(13)).toBe('look');
    followed.meet([line(root, 6)]);
    expect(followed.endAt(14)).toBeUndefined();
  });

  it('shows below a child what is below it, born before or after the look', () => {
    const followed = follow(aHead(child, [child]));
    const born = [
      line(stranger, 1, { parent: root }),
      line(grandchild, 1, { parent: child }),
      line(idOf(5), 1, { parent: grandchild }),
    ];
    followed.meet(born);
    expect(born.map(followed.shows)).toEqual([false, true, true]);
    expect([line(child, 9), line(root, 9)].map(followed.shows)).toEqual([true, false]);
  });

  it('counts the entries of one that is alone by its own numbers, until it has a child', () => {
    const followed = follow(aHead(root, [root]));
    expect(followed.placeOf(line(root, 7))).toMatchObject({ epoch: 'e1', seq: 7 });
    expect(followed.placeOf(line(root, 7, { inFamily: { epoch: 'f', seq: 12 } }))).toEqual({ epoch: 'f', seq: 12 });
    followed.meet([line(child, 1, { parent: root })]);
    expect(followed.placeOf(line(root, 8)).epoch).toBe('');
  });

  it('R37 takes what a family has not counted for a reason to look', () => {
    expect(follow(aHead(root, [root, child])).placeOf(line(child, 3)).epoch).toBe('');
    expect(follow(aHead(child, [child])).placeOf(line(child, 3)).epoch).toBe('');
  });
});
