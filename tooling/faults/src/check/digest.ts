import { createHash } from 'node:crypto';
import { type Frame, isStateEvent } from '@flovyn/events';

/** Of an entry as a whole: two that differ in anything have different ones. */
export function digestOf({ seq, epoch, executionId, taskExecutionId, attempt, timestampMs, event }: Frame): string {
  const text = JSON.stringify(sorted({ seq, epoch, executionId, taskExecutionId, attempt, timestampMs, event }));
  return createHash('sha1').update(text).digest('base64').slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

/** The news, or the kind of output. An attempt that failed without failing its task is news of its own. */
export function nameOf({ event }: Frame): string {
  if (!isStateEvent(event)) return event.type;
  return event.event === 'TASK_FAILED' && event.data.status === 'PENDING' ? 'TASK_ATTEMPT_FAILED' : event.event;
}

/** The members of news that say what it is about; the first one that is there counts. */
const SUBJECTS = ['childWorkflowId', 'timerId', 'promiseId', 'operationId', 'key', 'id', 'targetId'] as const;

/** What an entry's news is about: the id of the task, timer, promise, child, state key, or the execution. */
export function subjectOf({ event, executionId }: Frame): string {
  if (!isStateEvent(event)) return '';
  return firstText(event.data, SUBJECTS) ?? executionId;
}

/** The first of these members that is a text. */
export function firstText(data: object, names: readonly string[]): string | undefined {
  const values = data as Readonly<Record<string, unknown>>;
  return names.map((name) => values[name]).find((value) => typeof value === 'string');
}
