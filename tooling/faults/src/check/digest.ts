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

/** What an entry's news is about: the id of the task, timer, promise, child, state key, or the execution. */
export function subjectOf({ event, executionId }: Frame): string {
  if (!isStateEvent(event)) return '';
  const data = event.data as Readonly<Record<string, unknown>>;
  const subject = data['childWorkflowId'] ?? data['timerId'] ?? data['promiseId'] ?? data['operationId'] ?? data['key'];
  return String(subject ?? data['id'] ?? data['targetId'] ?? executionId);
}
