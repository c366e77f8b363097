import type { Frame } from '../envelope.js';
import type { TaskId } from '../ids.js';
import type { StreamEvent } from '../types.js';
import { type Trace, taskTrace, trace } from './trace.js';

/** Picks a number from 0 up to, but not including, `below`. */
export type Pick = (below: number) => number;

interface Task {
  readonly id: TaskId;
  attempt: number;
  running: boolean;
}

/** What of a random execution is open, and what has a name already. */
interface World {
  readonly out: Trace;
  readonly pick: Pick;
  status: 'created' | 'running' | 'suspended';
  readonly tasks: Task[];
  readonly timers: string[];
  readonly promises: string[];
  readonly children: { readonly childWorkflowId: string; started: boolean }[];
  made: number;
}

/** The frames of a random workflow execution that a server could have written. */
export function randomWorkflowFrames(pick: Pick, steps: number): readonly Frame[] {
  const out = trace();
  const world: World = { out, pick, status: 'created', tasks: [], timers: [], promises: [], children: [], made: 0 };
  out.news('WORKFLOW_CREATED');
  for (let count = 0; count < steps; count += 1) act(world);
  if (pick(4) > 0) end(world);
  return out.frames;
}

/** The frames of a random standalone task that a server could have written. */
export function randomTaskFrames(pick: Pick, steps: number): readonly Frame[] {
  const out = taskTrace();
  const first = out.news('TASK_CREATED').frames[0];
  const task: Task = { id: first?.executionId as string as TaskId, attempt: 0, running: false };
  for (let count = 0; count < steps; count += 1) {
    if (endedTask(task, out, pick)) {
      if (out.frames.at(-1)?.event.type !== 'Event' || !failed(out) || pick(2) === 0) break;
      out.news('RETRY_REQUESTED', { targetType: 'task' });
    }
  }
  return out.frames;
}

type Act = (world: World) => void;

const whenRunning: readonly Act[] = [
  (world) => {
    const task: Task = { id: uuid(world) as TaskId, attempt: 0, running: false };
    world.tasks.push(task);
    world.out.news('TASK_CREATED', { id: task.id });
  },
  (world) => {
    const timerId = `timer-${++world.made}`;
    world.timers.push(timerId);
    world.out.news('TIMER_STARTED', { timerId });
  },
  (world) => {
    const promiseId = uuid(world);
    world.promises.push(promiseId);
    world.out.news('PROMISE_CREATED', { promiseId });
  },
  (world) => {
    const child = { childWorkflowId: uuid(world), started: false };
    world.children.push(child);
    world.out.news('CHILD_WORKFLOW_INITIATED', { childWorkflowId: child.childWorkflowId });
  },
  ({ out }) => void out.news('OPERATION_COMPLETED'),
  ({ out }) => void out.news('STATE_SET'),
  ({ out }) => void out.news('STATE_CLEARED'),
  (world) => {
    world.status = 'suspended';
    world.out.news('WORKFLOW_SUSPENDED');
  },
];

const whenever: readonly Act[] = [
  (world) => {
    const task = take(world.tasks, world.pick);
    if (task !== undefined && !endedTask(task, world.out, world.pick)) world.tasks.push(task);
  },
  ({ timers, pick, out }) => {
    const timerId = take(timers, pick);
    if (timerId !== undefined) out.news(pick(2) === 0 ? 'TIMER_FIRED' : 'TIMER_CANCELLED', { timerId });
  },
  ({ promises, pick, out }) => {
    const promiseId = take(promises, pick);
    if (promiseId === undefined) return;
    if (pick(2) === 0) out.news('PROMISE_RESOLVED', { promiseId });
    else out.news('PROMISE_REJECTED', { promiseId });
  },
  (world) => {
    const child = take(world.children, world.pick);
    if (child !== undefined && !endedChild(child, world)) world.children.push(child);
  },
  ({ out }) => void out.news('CANCELLATION_REQUESTED'),
];

function act(world: World): void {
  const { pick, out } = world;
  if (pick(3) === 0) return whenever[pick(whenever.length)]?.(world);
  switch (world.status) {
    case 'created':
      world.status = 'running';
      out.news('WORKFLOW_STARTED');
      return;
    case 'running':
      return whenRunning[pick(whenRunning.length)]?.(world);
    case 'suspended':
      world.status = 'running';
      out.news('WORKFLOW_RESUMED');
  }
}

function end({ status, pick, out }: World): void {
  const choice = pick(3);
  if (choice === 0 && status === 'running') out.news('WORKFLOW_COMPLETED');
  else if (choice === 1) out.news('WORKFLOW_CANCELLED');
  else out.news('WORKFLOW_FAILED');
}

/** One thing happens to a task; tells whether it was the last. */
function endedTask(task: Task, out: Trace, pick: Pick): boolean {
  const data = { id: task.id, executionCount: task.attempt };
  if (!task.running) {
    const choice = pick(6);
    if (choice === 0) out.news('TASK_CANCELLED', data);
    else if (choice === 1) out.news('TASK_FAILED', { ...data, status: 'FAILED', error: 'Task timed out' });
    if (choice < 2) return true;
    task.running = true;
    task.attempt += 1;
    out.news('TASK_STARTED', { ...data, executionCount: task.attempt });
    return false;
  }
  const choice = pick(8);
  if (choice === 0) out.news('TASK_COMPLETED', data);
  else if (choice === 1) out.news('TASK_FAILED', { ...data, status: 'FAILED' });
  else if (choice === 2) out.news('TASK_CANCELLED', data);
  else if (choice === 3) out.news('TASK_FAILED', { ...data, status: 'PENDING' });
  else out.output(outputs[choice % outputs.length] ?? { type: 'token', text: '' }, task.id, task.attempt);
  task.running = choice > 3;
  return choice < 3;
}

function endedChild(child: World['children'][number], { pick, out }: World): boolean {
  const { childWorkflowId } = child;
  const choice = pick(child.started ? 4 : 3);
  if (choice === 0) out.news('CHILD_WORKFLOW_FAILED', { childWorkflowId });
  else if (choice === 1) out.news('CHILD_WORKFLOW_CANCELLATION_REQUESTED', { childWorkflowId });
  else if (child.started) out.news('CHILD_WORKFLOW_COMPLETED', { childWorkflowId });
  else out.news('CHILD_WORKFLOW_STARTED', { childWorkflowId });
  const wasStarted = child.started;
  if (choice > 1) child.started = true;
  return choice === 0 || (choice > 1 && wasStarted);
}

const outputs: readonly StreamEvent[] = [
  { type: 'token', text: 'a' },
  { type: 'progress', progress: 0.25 },
  { type: 'data', data: [1] },
  { type: 'error', message: 'slow' },
];

function failed(out: Trace): boolean {
  const event = out.frames.at(-1)?.event;
  return event?.type === 'Event' && event.event === 'TASK_FAILED';
}

function take<Item>(items: Item[], pick: Pick): Item | undefined {
  return items.length === 0 ? undefined : items.splice(pick(items.length), 1)[0];
}

function uuid(world: World): string {
  world.made += 1;
  return `018f6b2e-0000-7000-9000-${world.made.toString(16).padStart(12, '0')}`;
}
