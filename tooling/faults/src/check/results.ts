import { isDeepStrictEqual } from 'node:util';
import type { Dump, Evidence, Op, Violation } from './evidence.js';
import { groupBy } from './group.js';

type Input = Readonly<Record<string, never>>;

/** C10: every result is what the program gives for its input, whatever befell it. */
export function checkResults({ ops, dump }: Evidence): Violation[] {
  const executions = new Map(dump.executions.map((execution) => [execution.id, execution]));
  const tasks = new Map(dump.tasks.map((task) => [task.id, task]));
  const sent = groupBy(ops, ({ execution, type }) => `${execution} ${type}`);
  const heard = signalsIn(dump);
  return ops.flatMap((op): Violation[] => {
    const { execution: id = '', kind, outcome } = op;
    if (outcome !== 'ok' || (op.type !== 'start' && op.type !== 'start task')) return [];
    const ended = op.type === 'start' ? executions.get(id) : tasks.get(id);
    // What is not there, or has not ended, is another check's.
    if (ended === undefined || !['COMPLETED', 'FAILED', 'CANCELLED'].includes(ended.status ?? '')) return [];
    const status = kind === 'endless' ? 'CANCELLED' : 'COMPLETED';
    const fail = (message: string): Violation[] => [{ check: 'C10', execution: id, message: `${kind} ${message}` }];
    if (ended.status !== status) return fail(`ended as ${ended.status}, not ${status}`);
    if (kind === 'endless') return [];
    const { output } = ended;
    const wanted = kind === 'notes' ? (heard.get(id) ?? []) : modelOf(kind, op.input as Input);
    if (wanted !== undefined) {
      return isDeepStrictEqual(output, wanted)
        ? []
        : fail(`gave ${JSON.stringify(output)}, not ${JSON.stringify(wanted)}`);
    }
    const promised = (sent.get(`${id} resolve`) ?? []).map((each) => each.id);
    return promised.includes(String(output)) ? [] : fail(`gave ${JSON.stringify(output)}, which nobody promised`);
  });
}

/** What a program gives; `undefined` for what depends on who came first. */
function modelOf(kind: Op['kind'], input: Input): unknown {
  const {
    tasks = 0,
    napsMs = [],
    children = 0,
    generations = 0,
  } = input as {
    tasks?: number;
    napsMs?: readonly number[];
    children?: number;
    generations?: number;
  };
  switch (kind) {
    case 'sequence':
    case 'parallel':
      return Array.from({ length: tasks }, (_, index) => `t${index}`).join(' ');
    case 'naps':
      return napsMs.reduce((sum, ms) => sum + ms, 0);
    case 'family':
      return Array.from({ length: generations + 1 }, (_, age) => children ** age).reduce(
        (sum, members) => sum + members,
      );
    case 'speak':
      return (input as { name?: string }).name;
    default:
      return undefined;
  }
}

/** The notes of every execution, in the order of its history. */
function signalsIn({ facts }: Dump): Map<string, unknown[]> {
  const signals = groupBy(
    facts.filter(({ type }) => type === 'SIGNAL_RECEIVED'),
    ({ execution }) => execution,
  );
  return new Map([...signals].map(([id, each]) => [id, each.map(({ data }) => data['signalValue'])]));
}
