import { describe, expect, it } from 'vitest';
import type { ExecutionId, OrgId, SessionId } from '../ids.js';
import { UnaryWorker } from './unary-workers.js';

const bounds = { holdMs: 2_000, idleHoldMs: 10_000 };

function aWorker(): UnaryWorker {
  return new UnaryWorker('s' as SessionId, { orgId: 'o' as OrgId, worker: 'w', peer: 'p' }, 0);
}

describe('a poll', () => {
  it.each([
    ['as long as it asks for while its worker was busy a moment ago', bounds, 8_000, 2_000],
    ['a quarter of the time in which there was nothing to do', bounds, 20_000, 5_000],
    ['no longer than an idle one may be', bounds, 3_600_000, 10_000],
    ['as long as it asks for when nothing else is said', { holdMs: 2_000 }, 3_600_000, 2_000],
    ['no shorter than it asks for', { holdMs: 2_000, idleHoldMs: 500 }, 3_600_000, 2_000],
  ])('is held %s', (_how, asked, now, heldMs) => {
    expect(aWorker().holdOf(asked, now)).toBe(heldMs);
  });

  it('of a worker that has something to do is not held longer: that may take its time', () => {
    const worker = aWorker();
    worker.turns.set('t', 'e' as ExecutionId);
    expect(worker.holdOf(bounds, 60_000)).toBe(2_000);
  });

  it('of a worker that had something lately is not held longer', () => {
    const worker = aWorker();
    worker.busyAt = 58_000;
    expect(worker.holdOf(bounds, 60_000)).toBe(2_000);
  });
});
