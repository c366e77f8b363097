import type { Followed } from '../story/followed.js';
import { holds } from '../violation.js';
import type { World } from '../world.js';

/** The record of an execution, its history and its stream say the same of it. */
export function checkStatus({ book }: World, { id, record, story, stream }: Followed): void {
  if (record === undefined) return;
  const { status } = record;
  const isOpen = status === 'PENDING' || status === 'RUNNING' || status === 'WAITING';
  holds(
    (isOpen ? 'OPEN' : status) === story.status,
    'R02',
    () => `${id} is ${status}, and its history ${story.status}`,
  );
  const isCancelling = record.cancellation !== undefined;
  holds(isCancelling === story.cancelling, 'R02', () => `${id} is being cancelled: ${isCancelling}`);
  const { signals = 0, wakeSequence } = record;
  holds(signals === story.signals, 'R02', () => `${id} counts ${signals} signals of ${story.signals}`);
  holds(wakeSequence === story.wake, 'R11', () => `${id} was last woken by fact ${story.wake}, not ${wakeSequence}`);
  const waits = status === 'WAITING';
  holds(waits === stream.waits, 'R20', () => `${id} is ${status}, and its stream says that it waits: ${stream.waits}`);
  const hasStarted = record.startedAt !== undefined;
  holds(
    hasStarted === stream.started,
    'R20',
    () => `${id} has started: ${hasStarted}, and its stream: ${stream.started}`,
  );
  if (!waits) return;
  const seen = book.find(story.suspended ?? '')?.turn?.seen ?? Number.POSITIVE_INFINITY;
  holds(story.wake <= seen, 'R11', () => `${id} sleeps after fact ${seen} over fact ${story.wake}`);
}

/** While an execution is open its history knows how its tasks ended; when it is closed, they end without a word. */
export function checkTasks({ id, record, story, tasks }: Followed): void {
  if (record === undefined) return;
  for (const task of tasks.values()) {
    const isOpen = task.status === 'PENDING' || task.status === 'RUNNING';
    const told = story.tasks.get(task.id);
    const agrees = told !== undefined && (isOpen ? told.open : story.status !== 'OPEN' || !told.open);
    holds(agrees, 'R02', () => `task ${task.id} of ${id} is ${task.status}, and open in its history: ${told?.open}`);
  }
}

/** What failed is made again after its delay, not sooner and not later. */
export function checkDelays({ record, story, stream, tasks }: Followed): void {
  if (record !== undefined && story.status !== 'OPEN') return;
  for (const task of tasks.values()) {
    if (task.status !== 'PENDING' || task.dueAt === undefined) continue;
    const { id, dueAt } = task;
    const due = stream.tasks.nextAttemptAt(id) ?? dueAt;
    holds(due === dueAt, 'R14', () => `task ${id} is due ${dueAt - due} ms too late`);
  }
}
