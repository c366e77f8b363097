import type { Evidence, Violation } from './evidence.js';
import { groupBy, holeIn } from './group.js';

/** C1: every history, every stream and every family's stream is exactly 1..n, and its head is n. */
export function checkNumbers({ dump }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const fail = (execution: string, message: string): void => void violations.push({ check: 'C1', execution, message });

  const facts = groupBy(dump.facts, ({ execution }) => execution);
  const frames = groupBy(dump.frames, ({ executionId }) => executionId);
  for (const { id, kind, head } of dump.executions) {
    const sequences = (facts.get(id) ?? []).map(({ sequence }) => sequence);
    const hole = holeIn(sequences);
    if (hole !== undefined) fail(id, `Its history has ${hole}`);
    if (head !== sequences.length) fail(id, `Its history has ${sequences.length} facts, and its head is ${head}`);
    if (kind !== undefined && sequences.length === 0) fail(id, 'It has no history');
    const numbers = (frames.get(id) ?? []).map(({ seq }) => seq);
    const gap = holeIn(numbers);
    if (gap !== undefined) fail(id, `Its stream has ${gap}`);
    if (numbers.length === 0) fail(id, 'It has no stream');
  }
  const known = new Set(dump.executions.map(({ id }) => id));
  for (const id of new Set([...facts.keys(), ...frames.keys()])) {
    if (!known.has(id)) fail(id, 'There are facts or entries of an execution that is not there');
  }

  for (const [root, runs] of groupBy(dump.runs, (run) => run.root)) {
    const numbers = runs.flatMap(({ first, last, rootSeq }) => {
      return Array.from({ length: last - first + 1 }, (_, index) => rootSeq - (last - first) + index);
    });
    const hole = holeIn(numbers);
    if (hole !== undefined) fail(root, `The stream of its family has ${hole}`);
    const head = dump.families.get(root);
    if (head !== numbers.length)
      fail(root, `The stream of its family has ${numbers.length} entries, its head is ${head}`);
    for (const [member, own] of groupBy(runs, ({ execution }) => execution)) {
      const covered = own.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
      const there = (frames.get(member) ?? []).length;
      const missing =
        holeIn(covered) ?? (covered.length === there ? undefined : `${covered.length} of ${there} entries`);
      if (missing !== undefined) fail(member, `In the stream of its family it has ${missing}`);
    }
  }
  return violations;
}
