import type { ExecutionId, StreamEntry } from '@flovyn/engine';
import { toJson } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';
import { selectionOf } from './selection.js';

const root = '00000000-0000-7000-8000-000000000001' as ExecutionId;
const child = '00000000-0000-7000-8000-000000000002' as ExecutionId;

describe('the id of an entry of a family', () => {
  const entry: StreamEntry = {
    executionId: child,
    rootId: root,
    epoch: 'own',
    seq: 2,
    inFamily: { epoch: 'shared', seq: 7 },
    kind: 'token',
    event: toJson({ type: 'token', text: 'a' }),
    timestampMs: 1,
  };

  it.each(['json', 'plain'] as const)('R21 in the format %s is the place in the stream it is shown in', (format) => {
    expect(selectionOf(undefined, format).encode(entry)).toContain('\nid: own.2\n');
    expect(selectionOf(undefined, format, 'family').encode(entry)).toContain('\nid: shared.7\n');
  });
});
