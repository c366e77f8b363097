import type { AttemptLine } from '../worker/kinds.js';
import type { Evidence, Violation } from './evidence.js';
import { groupBy } from './group.js';
import { speechesIn } from './speeches.js';

/**
 * Both ends are stamped by servers that read the database's clock over lines which are slowed down on purpose. That the stream
 * has them in order, C2 and C7 judge without a clock.
 */
const CLOCKS_APART_MS = 1_000;

/**
 * C4: an attempt has one holder, of the right queue and organisation, and only the holder says anything as that attempt.
 * Leases themselves leave no trace: two that overlap are seen by what two holders did.
 */
export function checkClaims({ dump, workers, attempts }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const fail = (execution: string | undefined, message: string): void =>
    void violations.push({ check: 'C4', execution, message });
  const tasks = new Map(dump.tasks.map((task) => [task.id, task]));
  const servants = new Map(workers.map((worker) => [worker.name, worker]));
  const begun = groupBy(
    attempts.filter(({ event }) => event === 'began'),
    ({ task, attempt }) => `${task} ${attempt}`,
  );
  const holderOf = (task: string, attempt: number): AttemptLine | undefined => begun.get(`${task} ${attempt}`)?.[0];

  for (const lines of begun.values()) {
    const [line] = lines;
    if (line === undefined) continue;
    const task = tasks.get(line.task);
    const what = `Attempt ${line.attempt} of task ${line.task}`;
    if (lines.length > 1)
      fail(task?.execution, `${what} was begun by ${lines.map(({ worker }) => worker).join(' and ')}`);
    if (task === undefined) {
      fail(undefined, `${what} was begun by ${line.worker}, and there is no such task`);
      continue;
    }
    if (line.attempt > task.attempts) fail(task.execution, `${what} was begun, and ${task.attempts} were given out`);
    const servant = servants.get(line.worker.split('.')[0] ?? '');
    const isRight = servant?.org === task.org && servant.queue === task.queue && line.kind === task.kind;
    if (!isRight) fail(task.execution, `${what}, ${task.kind} of queue ${task.queue}, was given to ${line.worker}`);
  }
  for (const { task, attempt, execution, words } of speechesIn(dump)) {
    const holder = holderOf(task, attempt)?.worker;
    const stranger = words.find(({ worker }) => worker !== holder);
    if (stranger === undefined) continue;
    const where = `attempt ${attempt} of task ${task}, held by ${holder ?? 'nobody'}`;
    fail(execution, `${stranger.worker} wrote entry ${stranger.seq} as ${where}`);
  }
  const completed = new Set(
    attempts.flatMap(({ task, attempt, event }) => (event === 'completed' ? [`${task} ${attempt}`] : [])),
  );
  for (const { id, execution, status, attempts: last } of dump.tasks) {
    if (status !== 'COMPLETED') continue;
    if (!completed.has(`${id} ${last}`))
      fail(execution, `Task ${id} was completed in attempt ${last}, which nobody has completed`);
  }
  for (const rows of groupBy(dump.attempts, ({ task }) => task).values()) {
    const sorted = rows.toSorted((one, other) => one.attempt - other.attempt);
    for (const [index, { task, attempt, startedAt }] of sorted.entries()) {
      const before = sorted[index - 1];
      if (before === undefined || before.finishedAt <= startedAt + CLOCKS_APART_MS) continue;
      fail(tasks.get(task)?.execution, `Attempt ${attempt} of task ${task} began before the one before it had ended`);
    }
  }
  return violations;
}
