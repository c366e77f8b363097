import { expect } from 'vitest';
import { type HistoryLine, isTerminal } from './history.js';

/** What holds for every history at every moment: numbered from 1 without a hole, and nothing follows the end. */
export function assertSound(lines: readonly HistoryLine[]): void {
  expect(lines.map(({ sequence }) => sequence)).toEqual(lines.map((_, index) => index + 1));
  expect(lines[0]?.type).toBe('WORKFLOW_STARTED');
  for (const { type, data } of lines) expect({ type, data }).toEqual({ type, data: expect.any(Object) });
  expect(lines.slice(0, -1).filter(isTerminal)).toEqual([]);
}
