import { appendFileSync } from 'node:fs';
import type { Op } from '../check/evidence.js';

/** What is asked, before it is known what comes of it. */
export type Asked = Omit<Op, 'outcome' | 'tries' | 'status'>;

/** Every op from its first try to its last answer, in memory and in a file that outlives the run. */
export interface OpLog {
  readonly ops: () => Op[];
  /** @returns what to call for each try, and for what came of it. */
  invoke(asked: Asked): { tried(outcome: Op['outcome'], status?: number, execution?: string): void };
  readonly acked: () => number;
}

export function openOpLog(file: string): OpLog {
  const ops = new Map<string, Op>();
  const write = (line: object): void => appendFileSync(file, `${JSON.stringify({ at: Date.now(), ...line })}\n`);
  return {
    ops: () => [...ops.values()],
    invoke(asked) {
      // Until it is answered, it may have happened.
      ops.set(asked.id, { ...asked, outcome: 'unknown', tries: 0 });
      write({ event: 'invoke', ...asked });
      return {
        tried(outcome, status, execution) {
          const before = ops.get(asked.id) ?? { tries: 0 };
          const op: Op = { ...asked, outcome, tries: before.tries + 1, status };
          ops.set(asked.id, execution === undefined ? op : { ...op, execution });
          write({ event: outcome, id: asked.id, status, execution });
        },
      };
    },
    acked: () => [...ops.values()].filter(({ outcome }) => outcome === 'ok').length,
  };
}
