// @exhaustive
import { type Handlers, type StateEventPayload, type SuspendType, type Unrecognized, match } from '@flovyn/events';
import type { Tone } from '../ui/status-badge.js';

/** A line of the event list in words. */
export interface EventLabel {
  readonly text: string;
  /** What it is about, when the words alone do not say. */
  readonly detail?: string | undefined;
  readonly tone: Tone;
}

/** An event in words. One without words does not compile. */
export function labelOf(event: StateEventPayload): EventLabel {
  return match(event, LABELS);
}

const LABELS: Handlers<StateEventPayload, EventLabel> = {
  WORKFLOW_CREATED: () => ({ text: 'Workflow created', tone: 'still' }),
  WORKFLOW_STARTED: ({ data }) => ({ text: 'Workflow started', detail: by(data.workerId), tone: 'busy' }),
  WORKFLOW_COMPLETED: () => ({ text: 'Workflow completed', tone: 'good' }),
  WORKFLOW_FAILED: ({ data }) => ({ text: 'Workflow failed', detail: data.error, tone: 'bad' }),
  WORKFLOW_SUSPENDED: ({ data }) => ({
    text: 'Workflow waits',
    detail: data.waitingOn.length === 0 ? waitWord(data.suspendType) : waitingText(data.waitingOn),
    tone: 'waiting',
  }),
  WORKFLOW_RESUMED: () => ({ text: 'Workflow resumed', tone: 'busy' }),
  WORKFLOW_CANCELLED: () => ({ text: 'Workflow cancelled', tone: 'still' }),

  TASK_CREATED: ({ data }) => ({ text: `Task ${data.kind} created`, tone: 'still' }),
  TASK_STARTED: ({ data }) => ({
    text: `Task ${data.kind} started`,
    detail: `attempt ${data.executionCount}${data.workerId === null ? '' : `, ${by(data.workerId)}`}`,
    tone: 'busy',
  }),
  TASK_COMPLETED: ({ data }) => ({ text: `Task ${data.kind} completed`, tone: 'good' }),
  TASK_FAILED: ({ data }) =>
    data.status === 'PENDING'
      ? {
          text: `Attempt ${data.executionCount} of ${data.kind} failed, another follows`,
          detail: data.error,
          tone: 'waiting',
        }
      : { text: `Task ${data.kind} failed`, detail: data.error, tone: 'bad' },
  TASK_CANCELLED: ({ data }) => ({ text: `Task ${data.kind} cancelled`, tone: 'still' }),

  TIMER_STARTED: ({ data }) => ({
    text: 'Timer set',
    detail: `for ${new Date(data.fireAtMs).toLocaleString()}`,
    tone: 'still',
  }),
  TIMER_FIRED: ({ data }) => ({ text: 'Timer fired', detail: data.timerId, tone: 'busy' }),
  TIMER_CANCELLED: ({ data }) => ({ text: 'Timer cancelled', detail: data.timerId, tone: 'still' }),

  PROMISE_CREATED: ({ data }) => ({ text: 'Promise created', detail: data.promiseId, tone: 'still' }),
  PROMISE_RESOLVED: ({ data }) => ({ text: 'Promise resolved', detail: data.promiseId, tone: 'good' }),
  PROMISE_REJECTED: ({ data }) => ({ text: 'Promise rejected', detail: data.error, tone: 'bad' }),

  CHILD_WORKFLOW_INITIATED: ({ data }) => ({ text: `Child ${data.kind} requested`, tone: 'still' }),
  CHILD_WORKFLOW_STARTED: ({ data }) => ({ text: `Child ${data.kind} started`, tone: 'busy' }),
  CHILD_WORKFLOW_COMPLETED: ({ data }) => ({ text: `Child ${data.kind} completed`, tone: 'good' }),
  CHILD_WORKFLOW_FAILED: ({ data }) => ({ text: `Child ${data.kind} failed`, detail: data.error, tone: 'bad' }),
  CHILD_WORKFLOW_CANCELLATION_REQUESTED: ({ data }) => ({ text: `Child ${data.kind} asked to stop`, tone: 'still' }),
  CHILD_WORKFLOW_CANCELLATION_FAILED: ({ data }) => ({
    text: `Child ${data.kind} could not be asked to stop`,
    detail: data.error,
    tone: 'bad',
  }),

  OPERATION_COMPLETED: ({ data }) => ({ text: 'Operation recorded', detail: data.operationId, tone: 'still' }),
  CANCELLATION_REQUESTED: ({ data }) => ({ text: 'Asked to stop', detail: data.reason ?? undefined, tone: 'waiting' }),
  STATE_SET: ({ data }) => ({ text: 'State set', detail: data.key, tone: 'still' }),
  STATE_CLEARED: ({ data }) => ({ text: 'State cleared', detail: data.key, tone: 'still' }),
  RETRY_REQUESTED: () => ({ text: 'Asked to try again', tone: 'waiting' }),
};

/** What an execution waits for, as half a sentence: "for the task charge-card and a signal". */
export function waitingText(waitingOn: readonly Wait[]): string {
  const parts = waitingOn.map(({ type, name }) => (name === undefined ? waitWord(type) : `${waitWord(type)} ${name}`));
  const counted = [...new Set(parts)].map((part) => {
    const times = parts.filter((each) => each === part).length;
    return times === 1 ? part : `${part} (${times} times)`;
  });
  return `for ${new Intl.ListFormat('en').format(counted)}`;
}

interface Wait {
  readonly type: SuspendType | Unrecognized;
  readonly name?: string | undefined;
}

const WAITS: Record<SuspendType | Unrecognized, string> = {
  SUSPEND_TYPE_TASK: 'the task',
  SUSPEND_TYPE_SIGNAL: 'the signal',
  SUSPEND_TYPE_TIMER: 'a timer',
  SUSPEND_TYPE_PROMISE: 'the promise',
  SUSPEND_TYPE_CHILD_WORKFLOW: 'the child workflow',
  SUSPEND_TYPE_UNSPECIFIED: 'something',
  UNRECOGNIZED: 'something this page does not know',
};

function waitWord(type: SuspendType | Unrecognized): string {
  return WAITS[type];
}

/** The end of a worker's id tells it from the others; the whole of it is in the head of the page. */
function by(workerId: string | null): string | undefined {
  return workerId === null ? undefined : `by …${workerId.slice(-6)}`;
}
