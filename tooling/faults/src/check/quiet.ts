import type { Evidence, Violation } from './evidence.js';

const ENDS = ['COMPLETED', 'FAILED', 'CANCELLED'];

/** C9: when all is healed, everything comes to its end, and nothing is held or set any more. */
export function checkQuiet({ dump, extent }: Evidence): Violation[] {
  const fail = (execution: string | undefined, message: string): Violation => ({ check: 'C9', execution, message });
  const executions = new Map(dump.executions.map((execution) => [execution.id, execution]));
  const tasks = new Set(dump.tasks.map(({ id }) => id));
  const hasEnded = (id: string): boolean => ENDS.includes(executions.get(id)?.status ?? '');
  return [
    ...dump.executions.flatMap(({ id, kind, status, isClaimed }) => [
      ...(kind !== undefined && !ENDS.includes(status ?? '') ? [fail(id, `${kind} is still ${status}`)] : []),
      ...(isClaimed ? [fail(id, `${kind} is still claimed`)] : []),
    ]),
    ...dump.tasks.flatMap(({ id, execution, status, isClaimed }) => [
      ...(!ENDS.includes(status) ? [fail(execution, `Task ${id} is still ${status}`)] : []),
      ...(isClaimed ? [fail(execution, `Task ${id} is still claimed`)] : []),
    ]),
    ...dump.leftovers.map(({ what, execution }) => fail(execution, `There is still ${what}`)),
    ...dump.openWaits.flatMap(({ execution, key }) =>
      hasEnded(execution) ? [fail(execution, `It has ended, and still waits for ${key}`)] : [],
    ),
    ...dump.keys.flatMap(({ key, target, targetId }) => {
      const isThere = target === 'request' || (target === 'task' ? tasks.has(targetId) : executions.has(targetId));
      return target === 'promise' || isThere
        ? []
        : [fail(undefined, `Key ${key} points to ${target} ${targetId}, which is not there`)];
    }),
    ...extent.fatalities.map((line) => fail(undefined, `A server failed in a way it did not expect: ${line}`)),
  ];
}
