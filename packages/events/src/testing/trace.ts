import type { Frame } from '../envelope.js';
import type { ExecutionId, TaskId } from '../ids.js';
import { executionIdOfTask } from '../ids.js';
import { stateEvents } from '../registry/index.js';
import type { FlovynEvent, StateEventData, StateEventName, StateEventPayload, StreamEvent } from '../types.js';
import { SAMPLE_TIME_MS, sampleEvent } from './samples.js';

/** The execution that samples and traces are about. */
export const SAMPLE_EXECUTION = '018f6b2e-0000-7000-8000-000000000001' as ExecutionId;
/** The task that samples and traces are about. */
export const SAMPLE_TASK = '018f6b2e-0000-7000-8000-0000000000a1' as TaskId;

/** Writes the frames of one execution as a server would number them. */
export interface Trace {
  /** The frames so far. */
  readonly frames: readonly Frame[];
  /** Adds news: the registry's sample with these fields changed. */
  news<Name extends StateEventName>(name: Name, changes?: Partial<StateEventData<Name>>): Trace;
  /** Adds output of an attempt of a task. */
  output(event: StreamEvent, task?: TaskId, attempt?: number): Trace;
  /** What follows has numbers of another epoch, which go on after `seq`; by default after the last frame. */
  epoch(epoch: string, seq?: number): Trace;
}

/** Options of {@link trace}. */
export interface TraceOptions {
  /** Whose stream it is. Default {@link SAMPLE_EXECUTION}. */
  readonly executionId?: ExecutionId | undefined;
  /** The execution at the top of its family; itself when absent. */
  readonly rootExecutionId?: ExecutionId | undefined;
}

/** An empty trace of a workflow execution; news about the sample execution is made to be about this one. */
export function trace({ executionId = SAMPLE_EXECUTION, rootExecutionId = executionId }: TraceOptions = {}): Trace {
  const frames: Frame[] = [];
  let epoch = 'e1';
  let seq = 0;

  function add(event: FlovynEvent, rest: Partial<Frame> = {}): Trace {
    seq += 1;
    const timestampMs = SAMPLE_TIME_MS + frames.length;
    frames.push({ v: 1, seq, epoch, executionId, rootExecutionId, ...rest, timestampMs, event });
    return self;
  }

  const self: Trace = {
    frames,
    news: (name, changes = {}) => add(eventAbout(executionId, name, changes)),
    output: (event, taskExecutionId = SAMPLE_TASK, attempt = 1) => add(event, { taskExecutionId, attempt }),
    epoch(next, after = seq) {
      epoch = next;
      seq = after;
      return self;
    },
  };
  return self;
}

/** An empty trace of a standalone task. */
export function taskTrace(taskId: TaskId = SAMPLE_TASK): Trace {
  return trace({ executionId: executionIdOfTask(taskId) });
}

/** A whole, legal stream: a workflow that streams from a retried task, waits for a signal, and completes. */
export function workflowFrames(): readonly Frame[] {
  const task = { executionCount: 1, status: 'RUNNING' } as const;
  return trace()
    .news('WORKFLOW_CREATED')
    .news('WORKFLOW_STARTED')
    .news('TASK_CREATED')
    .news('WORKFLOW_SUSPENDED')
    .news('TASK_STARTED', task)
    .output({ type: 'token', text: 'Hel' })
    .news('TASK_FAILED', { executionCount: 1, status: 'PENDING', error: 'connection reset' })
    .news('TASK_STARTED', { ...task, executionCount: 2 })
    .output({ type: 'token', text: 'Hello' }, SAMPLE_TASK, 2)
    .output({ type: 'progress', progress: 1 }, SAMPLE_TASK, 2)
    .news('TASK_COMPLETED', { executionCount: 2 })
    .news('WORKFLOW_RESUMED')
    .news('WORKFLOW_COMPLETED').frames;
}

/** A whole, legal stream of a standalone task. */
export function taskFrames(): readonly Frame[] {
  return taskTrace()
    .news('TASK_CREATED')
    .news('TASK_STARTED')
    .output({ type: 'progress', progress: 0.5, details: 'half way' })
    .output({ type: 'data', data: { rows: 500 } })
    .news('TASK_COMPLETED').frames;
}

function eventAbout<Name extends StateEventName>(
  executionId: ExecutionId,
  name: Name,
  changes: Partial<StateEventData<Name>>,
): StateEventPayload {
  const sample = sampleEvent(name);
  const data: Record<string, unknown> = { ...sample.data };
  if (stateEvents[name].entity === 'workflow') data['id'] = executionId;
  if (stateEvents[name].entity === 'cancellation') data['workflowExecutionId'] = executionId;
  if (stateEvents[name].entity === 'retry') data['targetId'] = executionId;
  return { ...sample, data: { ...data, ...changes } } as StateEventPayload;
}

/** One of these frames; a negative index counts from the end. */
export function frameAt(frames: readonly Frame[], index: number): Frame {
  const frame = frames.at(index);
  if (frame === undefined) throw new RangeError(`There is no frame ${index} among ${frames.length}.`);
  return frame;
}
