// @exhaustive
import {
  type ExecutionId,
  type FlovynEvent,
  type Frame,
  type FrameHead,
  type Handlers,
  type StreamEvent,
  type SuspendType,
  type TaskStatus,
  type Unrecognized,
  type StateEventData,
  type WorkflowSnapshot,
  type WorkflowStatus,
  match,
} from '@flovyn/events';

import type { LiveStreamMessage, LiveStreamStatus, StreamGap } from './live-stream-message.js';
import { type TaskNews, type TaskView, foldOutput, foldTask, reopenTask } from './live-view-task.js';

/** How far what a view shows can be trusted to be the present. */
export type Freshness =
  /** Older entries are still arriving. */
  | 'catching-up'
  /** Everything that has happened is in it. */
  | 'live'
  /** The connection is away: this is how things were. */
  | 'stale'
  /** The stream was refused, and waiting would not help: what is shown, if anything, is how things were. */
  | 'failed'
  /** Nothing more will come. */
  | 'ended';

/** What a stream has told so far about one execution, ready to be drawn. A value: folding makes a new one. */
export interface LiveView {
  /** The execution that is viewed: that of the first entry, unless the first view says otherwise. */
  readonly executionId: ExecutionId | undefined;
  /** Of the workflow, or of the standalone task; absent before the first news of it. */
  readonly status: WorkflowStatus | TaskStatus | Unrecognized | undefined;
  /** Why it failed, as text. */
  readonly error: string | undefined;
  /** What a suspended workflow waits for: the user may type now when it is `SUSPEND_TYPE_SIGNAL`. */
  readonly suspendType: SuspendType | Unrecognized | undefined;
  /** Everything a suspended workflow waits for; empty while it does not. */
  readonly waitingOn: Readonly<StateEventData<'WORKFLOW_SUSPENDED'>['waitingOn']>;
  /** The tasks by id, in the order they were created. */
  readonly tasks: ReadonlyMap<string, TaskView>;
  /** Whether it is the present. */
  readonly freshness: Freshness;
  /** The cursor of the newest entry in this view. */
  readonly asOf: string | undefined;
  /** What is missing from it. */
  readonly gaps: readonly StreamGap[];
  /** Entries this version of the contract could not read. */
  readonly undecoded: number;
}

/** Before anything was heard. */
export const emptyLiveView: LiveView = {
  executionId: undefined,
  status: undefined,
  error: undefined,
  suspendType: undefined,
  waitingOn: [],
  tasks: new Map(),
  freshness: 'catching-up',
  asOf: undefined,
  gaps: [],
  undecoded: 0,
};

/**
 * The view after one more message of its stream. Pure; the same messages give the same view, however they arrived. Of a
 * consolidated stream it is the view of one execution; `foldFamilyView` is that of all.
 *
 * @example
 *   import { createClient, emptyLiveView, foldLiveView } from '@flovyn/client';
 *
 *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
 *   let view = emptyLiveView;
 *   for await (const message of client.stream({ workflowExecutionId: '0191f80f-aea2-7677-8720-91c825f9b7ff' })) {
 *     view = foldLiveView(view, message);
 *     for (const { kind, text } of view.tasks.values()) console.log(kind, text);
 *   }
 */
export function foldLiveView(view: LiveView, message: LiveStreamMessage): LiveView {
  switch (message.kind) {
    case 'entry':
      return foldFrame(view, message.frame, message.id);
    case 'unknown':
    case 'invalid':
    case 'malformed':
      return { ...view, asOf: message.id ?? view.asOf, undecoded: view.undecoded + 1 };
    case 'gap':
      // The numbering was lost and with it what was built on it; what follows is told from where it can be told.
      return message.reason === 'epoch'
        ? { ...emptyLiveView, executionId: view.executionId, freshness: view.freshness, gaps: [message] }
        : { ...view, gaps: [...view.gaps, message] };
    case 'status':
      return { ...view, freshness: freshnessOf(message.status, view.freshness) };
  }
}

function freshnessOf(status: LiveStreamStatus, before: Freshness): Freshness {
  switch (status.state) {
    case 'connecting':
      return before;
    case 'catching-up':
    case 'live':
    case 'ended':
    case 'failed':
      return status.state;
    case 'waiting':
    case 'closed':
      return 'stale';
  }
}

function foldFrame(view: LiveView, frame: Frame, cursor: string | undefined): LiveView {
  const known = { ...view, executionId: view.executionId ?? frame.executionId, asOf: cursor ?? view.asOf };
  // In a stream of a whole family, what others of it do is not what this view shows.
  if (frame.executionId !== known.executionId) return known;
  return match(frame.event, FOLDS)(known, frame);
}

type Fold = (view: LiveView, frame: FrameHead) => LiveView;

/** What each kind of event changes. An event without an opinion here does not compile. */
const FOLDS: Handlers<FlovynEvent, Fold> = {
  WORKFLOW_CREATED: workflow,
  WORKFLOW_STARTED: workflow,
  WORKFLOW_COMPLETED: workflow,
  WORKFLOW_FAILED: workflow,
  WORKFLOW_RESUMED: workflow,
  WORKFLOW_CANCELLED: workflow,
  WORKFLOW_SUSPENDED: (event) => (view, frame) => {
    const { suspendType, waitingOn } = event.data;
    return { ...workflow(event)(view, frame), suspendType, waitingOn };
  },

  TASK_CREATED: task,
  TASK_STARTED: task,
  TASK_COMPLETED: task,
  TASK_FAILED: task,
  TASK_CANCELLED: task,

  CANCELLATION_REQUESTED:
    ({ data }) =>
    (view) =>
      data.workflowExecutionId === view.executionId ? { ...view, status: 'CANCELLING' } : view,
  RETRY_REQUESTED:
    ({ data }) =>
    (view) => {
      if (data.targetType === 'task') return withTasks(view, reopenTask(view.tasks, data.targetId));
      if (data.targetId !== view.executionId) return view;
      return { ...view, status: 'PENDING', error: undefined, suspendType: undefined, waitingOn: [] };
    },

  token: output,
  progress: output,
  data: output,
  error: output,

  // What the workflow waits for is said whole by WORKFLOW_SUSPENDED.
  TIMER_STARTED: nothing,
  TIMER_FIRED: nothing,
  TIMER_CANCELLED: nothing,
  PROMISE_CREATED: nothing,
  PROMISE_RESOLVED: nothing,
  PROMISE_REJECTED: nothing,
  // A child has a view of its own.
  CHILD_WORKFLOW_INITIATED: nothing,
  CHILD_WORKFLOW_STARTED: nothing,
  CHILD_WORKFLOW_COMPLETED: nothing,
  CHILD_WORKFLOW_FAILED: nothing,
  CHILD_WORKFLOW_CANCELLATION_REQUESTED: nothing,
  CHILD_WORKFLOW_CANCELLATION_FAILED: nothing,
  // Results and state are read by REST, which has them whole.
  OPERATION_COMPLETED: nothing,
  STATE_SET: nothing,
  STATE_CLEARED: nothing,
};

function workflow({ data }: { readonly data: WorkflowSnapshot }): Fold {
  return (view) => {
    return { ...view, status: data.status, error: data.error ?? undefined, suspendType: undefined, waitingOn: [] };
  };
}

function task(news: TaskNews): Fold {
  return (view) => withTasks(view, foldTask(view.tasks, news));
}

function output(event: StreamEvent): Fold {
  return (view, frame) => withTasks(view, foldOutput(view.tasks, event, frame));
}

/** A standalone task is the execution of its own stream: how it is, the view is. */
function withTasks(view: LiveView, tasks: LiveView['tasks']): LiveView {
  const own = view.executionId === undefined ? undefined : tasks.get(view.executionId);
  if (own?.status === undefined) return { ...view, tasks };
  return { ...view, tasks, status: own.status, error: own.error };
}

function nothing(): Fold {
  return (view) => view;
}
