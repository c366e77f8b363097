import { type HistoryEvent, type RecordedEvent, readEvent } from '@flovyn/protocol';
import { holds, violated } from '../violation.js';

export interface Wait {
  open: boolean;
  /** When it ends by itself. */
  readonly dueAt?: number | undefined;
}

/** What a history tells of its execution: the model's own reading of it, which knows nothing of the engine's. */
export interface Story {
  status: 'UNTOLD' | 'OPEN' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  sequence: number;
  timestampMs: number;
  /** Whether it has been asked to stop, and has not stopped yet. */
  cancelling: boolean;
  signals: number;
  /** How often it was opened again. */
  reopened: number;
  /** The number of the last fact that waiting code may be waiting for. */
  wake: number;
  /** The reason of its last suspension. */
  suspended: string | undefined;
  readonly tasks: Map<string, Wait>;
  readonly timers: Map<string, Wait>;
  /** By their UUIDs. */
  readonly promises: Map<string, Wait & { readonly name: string; readonly key: string }>;
  readonly children: Map<string, Wait & { started: boolean; cancelling: boolean }>;
  readonly state: Map<string, string>;
}

export function untold(): Story {
  return {
    status: 'UNTOLD',
    sequence: 0,
    timestampMs: 0,
    cancelling: false,
    signals: 0,
    reopened: 0,
    wake: 0,
    suspended: undefined,
    tasks: new Map(),
    timers: new Map(),
    promises: new Map(),
    children: new Map(),
    state: new Map(),
  };
}

const wakes: ReadonlySet<string> = new Set([
  'TASK_COMPLETED',
  'TASK_FAILED',
  'TASK_CANCELLED',
  'TIMER_FIRED',
  'PROMISE_RESOLVED',
  'PROMISE_REJECTED',
  'PROMISE_TIMEOUT',
  'CHILD_WORKFLOW_COMPLETED',
  'CHILD_WORKFLOW_FAILED',
  'SIGNAL_RECEIVED',
  'CANCELLATION_REQUESTED',
]);

/**
 * Takes the next fact in, and returns it read.
 *
 * @throws {Violation} when it cannot stand where it stands.
 */
export function tell(story: Story, recorded: RecordedEvent, where: string): HistoryEvent {
  const { sequence, timestampMs, type } = recorded;
  const at = (): string => `${where}, fact ${sequence} (${type})`;
  holds(sequence === story.sequence + 1, 'R01', () => `${at()} follows number ${story.sequence}`);
  holds(timestampMs >= story.timestampMs, 'R06', () => `${at()} is earlier than the fact before it`);
  story.sequence = sequence;
  story.timestampMs = timestampMs;
  const event = readEvent(recorded);
  if (event.type === 'UNKNOWN') return violated('R02', `${at()} has an unknown type`);
  const mayStand =
    event.type === 'WORKFLOW_STARTED'
      ? story.status === 'UNTOLD'
      : story.status === (event.type === 'RETRY_REQUESTED' ? 'FAILED' : 'OPEN');
  holds(mayStand, 'R02', () => `${at()} while the execution is ${story.status}`);
  take(story, event, timestampMs, at);
  if (wakes.has(event.type)) story.wake = sequence;
  return event;
}

function take(story: Story, event: HistoryEvent, now: number, at: () => string): void {
  const open = <Kept extends Wait>(map: Map<string, Kept>, id: string, wait: Kept): void => {
    holds(!map.has(id), 'R02', () => `${at()} opens ${id} a second time`);
    map.set(id, wait);
  };
  const known = <Kept extends Wait>(map: Map<string, Kept>, id: string): Kept => {
    const wait = map.get(id);
    holds(wait?.open === true, 'R02', () => `${at()} is about ${id}, which is not open`);
    return wait;
  };
  const close = (map: Map<string, Wait>, id: string): void => {
    known(map, id).open = false;
  };
  const notEarly = ({ dueAt = Number.POSITIVE_INFINITY }: Wait): void =>
    holds(now >= dueAt, 'R13', () => `${at()} comes ${dueAt - now} ms too early`);

  switch (event.type) {
    case 'WORKFLOW_STARTED':
      story.status = 'OPEN';
      return;
    case 'RETRY_REQUESTED':
      story.status = 'OPEN';
      story.reopened += 1;
      return;
    case 'WORKFLOW_COMPLETED':
      return end(story, 'COMPLETED');
    case 'WORKFLOW_EXECUTION_FAILED':
      return end(story, 'FAILED');
    case 'WORKFLOW_CANCELLED':
      for (const [id, { open }] of [...story.tasks, ...story.timers]) {
        holds(!open, 'R02', () => `${at()} leaves ${id} open`);
      }
      return end(story, 'CANCELLED');
    case 'WORKFLOW_SUSPENDED':
      story.suspended = event.reason;
      return;
    case 'CANCELLATION_REQUESTED':
      holds(!story.cancelling, 'R05', () => `${at()} though that was asked before`);
      story.cancelling = true;
      return;
    case 'SIGNAL_RECEIVED':
      story.signals += 1;
      return;
    case 'STATE_SET':
      return void story.state.set(event.key, event.value);
    case 'STATE_CLEARED':
      return void story.state.delete(event.key);
    case 'TASK_SCHEDULED':
      return open(story.tasks, event.taskExecutionId, { open: true });
    case 'TASK_COMPLETED':
    case 'TASK_FAILED':
    case 'TASK_CANCELLED':
      return close(story.tasks, event.taskExecutionId);
    case 'TIMER_STARTED':
      return open(story.timers, event.timerId, { open: true, dueAt: event.fireAtMs });
    case 'TIMER_FIRED':
      notEarly(known(story.timers, event.timerId));
      return close(story.timers, event.timerId);
    case 'TIMER_CANCELLED':
      return close(story.timers, event.timerId);
    case 'PROMISE_CREATED': {
      const { promiseName, promiseId, timeoutMs } = event;
      const isTaken = [...story.promises.values()].some(({ name }) => name === promiseName);
      return open(story.promises, promiseId, {
        open: true,
        name: promiseName,
        key: isTaken ? promiseId : promiseName,
        dueAt: timeoutMs === undefined ? undefined : now + timeoutMs,
      });
    }
    case 'PROMISE_TIMEOUT':
      notEarly(known(story.promises, event.promiseId));
      return close(story.promises, event.promiseId);
    case 'PROMISE_RESOLVED':
    case 'PROMISE_REJECTED':
      return close(story.promises, event.promiseId);
    case 'CHILD_WORKFLOW_INITIATED':
      return open(story.children, event.childExecutionId, { open: true, started: false, cancelling: false });
    case 'CHILD_WORKFLOW_STARTED': {
      const child = known(story.children, event.childExecutionId);
      holds(!child.started, 'R02', () => `${at()} starts a child twice`);
      child.started = true;
      return;
    }
    case 'CHILD_WORKFLOW_COMPLETED':
    case 'CHILD_WORKFLOW_FAILED':
    case 'CHILD_WORKFLOW_CANCELLED':
      return close(story.children, event.childExecutionId);
    case 'CHILD_WORKFLOW_CANCELLATION_REQUESTED':
      known(story.children, event.childExecutionId).cancelling = true;
      return;
    case 'CHILD_WORKFLOW_CANCELLATION_FAILED':
      holds(story.children.get(event.childExecutionId)?.open !== true, 'R02', () => `${at()} though the child is open`);
      return;
    case 'CHILD_WORKFLOW_SIGNALLED': {
      const isOpen = story.children.get(event.childExecutionId)?.open === true;
      holds(
        isOpen !== (event.missed === true),
        'R02',
        () => `${at()} though the child is ${isOpen ? 'open' : 'closed'}`,
      );
      return;
    }
    case 'OPERATION_COMPLETED':
      return;
  }
}

function end(story: Story, status: Story['status']): void {
  story.status = status;
  story.cancelling = false;
}
