import type { Evidence, Violation } from './evidence.js';
import { groupBy } from './group.js';

const ABOUT_TIMERS: ReadonlySet<string> = new Set(['TIMER_STARTED', 'TIMER_FIRED', 'TIMER_CANCELLED']);

/** C12: a timer fires once and not before its time, unless it is given up; an execution does not complete before both. */
export function checkTimers({ dump }: Evidence): Violation[] {
  const timers = groupBy(
    dump.facts.filter(({ type }) => ABOUT_TIMERS.has(type)),
    ({ execution, data }) => `${execution} ${String(data['timerId'])}`,
  );
  const statuses = new Map(dump.executions.map(({ id, status }) => [id, status]));
  return [...timers].flatMap(([key, facts]): Violation[] => {
    const [execution = '', timer] = key.split(' ');
    const fail = (message: string): Violation[] => [{ check: 'C12', execution, message: `Timer ${timer} ${message}` }];
    const started = facts.find(({ type }) => type === 'TIMER_STARTED');
    const fired = facts.filter(({ type }) => type === 'TIMER_FIRED');
    const isCancelled = facts.some(({ type }) => type === 'TIMER_CANCELLED');
    const [first] = fired;
    if (fired.length > 1) return fail(`fired ${fired.length} times`);
    if (first !== undefined && isCancelled) return fail('fired, and was given up');
    if (first === undefined) {
      // What is still open when an execution is cancelled stays so.
      const isDue = statuses.get(execution) === 'COMPLETED' && !isCancelled;
      return isDue ? fail('never fired, and its execution completed') : [];
    }
    const dueAt = Number(started?.data['fireAtMs']);
    return first.at >= dueAt ? [] : fail(`was due at ${dueAt} and fired ${dueAt - first.at} ms early`);
  });
}
