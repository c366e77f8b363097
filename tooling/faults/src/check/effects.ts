import { isDeepStrictEqual } from 'node:util';
import type { Dump, Evidence, Op, Violation } from './evidence.js';
import { groupBy } from './group.js';

type Count = (op: Op) => number;

/** C3: what was acknowledged has an effect, and what was refused has none. Both servers show what was acknowledged. */
export function checkEffects({ ops, dump }: Evidence): Violation[] {
  const countOf = effectsIn(dump);
  const executions = new Map(dump.executions.map((execution) => [execution.id, execution]));
  const tasks = new Map(dump.tasks.map((task) => [task.id, task]));
  return ops.flatMap((op): Violation[] => {
    const fail = (message: string): Violation[] => [{ check: 'C3', execution: op.execution, message }];
    if (op.type === 'spy') return [];
    if (op.type === 'look') {
      return op.outcome === 'fail' ? fail(`${op.id}: it was started, and one server answers ${op.status}`) : [];
    }
    const count = countOf(op);
    // A refusal after an answer that was lost says nothing of the try before.
    if (op.outcome === 'fail') return op.tries === 1 && count > 0 ? fail(`${op.id} was refused, and happened`) : [];
    if (op.outcome === 'unknown') return [];
    // Others may have settled the promise before: then this one was told so.
    if (op.type === 'resolve') return count + settledBy(op, ops, countOf) > 0 ? [] : fail(`${op.id} resolved nothing`);
    if (count === 0) return fail(`${op.id} was acknowledged, and nothing came of it`);
    const begun = op.type === 'start' ? executions.get(op.execution ?? '') : tasks.get(op.execution ?? '');
    if (op.type !== 'start' && op.type !== 'start task') return [];
    if (begun === undefined) return fail(`${op.id} was told of an execution that is not there`);
    const isSame = begun.kind === op.kind && begun.queue === op.queue && isDeepStrictEqual(begun.input, op.input);
    return isSame
      ? []
      : fail(`${op.id} asked for ${JSON.stringify(op.input)}, and ${JSON.stringify(begun.input)} began`);
  });
}

/** C8: what was asked for under one identity, however often, happened at most once; what was acknowledged, once. */
export function checkOnce({ ops, dump }: Evidence): Violation[] {
  const countOf = effectsIn(dump);
  return ops.flatMap((op): Violation[] => {
    if (op.type === 'look' || op.type === 'spy') return [];
    const count = countOf(op);
    if (count <= 1) return [];
    return [
      {
        check: 'C8',
        execution: op.execution,
        message: `${op.id} (${op.type}) was tried ${op.tries} times, and happened ${count} times`,
      },
    ];
  });
}

function settledBy(op: Op, ops: readonly Op[], countOf: Count): number {
  const rivals = ops.filter(({ type, execution }) => type === 'resolve' && execution === op.execution);
  return rivals.reduce((sum, rival) => sum + countOf(rival), 0);
}

/** How often an op has happened, by what is stored. */
function effectsIn(dump: Dump): Count {
  const nameOf = (input: unknown): string => String((input as { op?: string } | null | undefined)?.op);
  const roots = groupBy(
    dump.executions.filter(({ kind, parent }) => kind !== undefined && parent === undefined),
    ({ input }) => nameOf(input),
  );
  const standalone = groupBy(
    dump.tasks.filter(({ id, execution }) => id === execution),
    ({ input }) => nameOf(input),
  );
  const facts = groupBy(dump.facts, ({ execution, type, data }) => {
    if (type === 'SIGNAL_RECEIVED') return `${execution} signal ${String(data['signalValue'])}`;
    if (type === 'PROMISE_RESOLVED') return `${execution} resolve ${String(data['value'])}`;
    return type === 'CANCELLATION_REQUESTED' ? `${execution} cancel` : 'other';
  });
  return (op) => {
    switch (op.type) {
      case 'start':
        return roots.get(op.id)?.length ?? 0;
      case 'start task':
        return standalone.get(op.id)?.length ?? 0;
      case 'signal':
      case 'resolve':
        return facts.get(`${op.execution} ${op.type} ${op.id}`)?.length ?? 0;
      case 'cancel':
        return facts.get(`${op.execution} cancel`)?.length ?? 0;
      case 'look':
      case 'spy':
        return 0;
    }
  };
}
