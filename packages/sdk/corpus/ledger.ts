import type { Call, Recorded } from './scenario.js';

/** The classes of commands: the n-th call of one stands for its n-th command event. */
const classes = {
  task: { calls: ['ScheduleTask'], events: ['TASK_SCHEDULED'] },
  timer: { calls: ['StartTimer'], events: ['TIMER_STARTED'] },
  promise: { calls: ['CreatePromise'], events: ['PROMISE_CREATED'] },
  child: { calls: ['ScheduleChildWorkflow'], events: ['CHILD_WORKFLOW_INITIATED'] },
  operation: { calls: ['RecordOperation'], events: ['OPERATION_COMPLETED'] },
  state: { calls: ['SetState', 'ClearState'], events: ['STATE_SET', 'STATE_CLEARED'] },
} as const;

export type CommandClass = keyof typeof classes;
/** A class whose commands end later, by an event of their own. */
export type Opened = Extract<CommandClass, 'task' | 'timer' | 'promise' | 'child'>;

const ends: Readonly<Record<string, Opened>> = {
  TASK_COMPLETED: 'task',
  TASK_FAILED: 'task',
  TASK_CANCELLED: 'task',
  TIMER_FIRED: 'timer',
  TIMER_CANCELLED: 'timer',
  PROMISE_RESOLVED: 'promise',
  PROMISE_REJECTED: 'promise',
  PROMISE_TIMEOUT: 'promise',
  CHILD_WORKFLOW_COMPLETED: 'child',
  CHILD_WORKFLOW_FAILED: 'child',
  CHILD_WORKFLOW_CANCELLED: 'child',
};

/** Something that a history opens and may end. */
export interface Entry {
  readonly class: CommandClass;
  /** Which of its class, from 0. */
  readonly index: number;
  readonly event: Recorded;
  /** How it ended. The last of several ends is the one that counts. */
  end: Recorded | undefined;
}

export function classOfCall({ type }: Pick<Call, 'type'>): CommandClass | undefined {
  return names.find((name) => (classes[name].calls as readonly string[]).includes(type));
}

export function classOfEvent({ type }: Pick<Recorded, 'type'>): CommandClass | undefined {
  return names.find((name) => (classes[name].events as readonly string[]).includes(type));
}

const names = Object.keys(classes) as CommandClass[];

/** What a history opens, class by class, with its ends. */
export type Ledger = Readonly<Record<CommandClass, readonly Entry[]>>;

export function ledgerOf(history: readonly Recorded[]): Ledger {
  const ledger: Record<CommandClass, Entry[]> = {
    task: [],
    timer: [],
    promise: [],
    child: [],
    operation: [],
    state: [],
  };
  for (const event of history) {
    const name = classOfEvent(event);
    if (name !== undefined) {
      ledger[name].push({ class: name, index: ledger[name].length, event, end: undefined });
      continue;
    }
    const ended = ends[event.type];
    const entry = ended === undefined ? undefined : meant(ledger[ended], ended, event);
    if (entry !== undefined) entry.end = event;
  }
  return ledger;
}

/** The entry an event ends: by its id, or where records have none, the oldest open one of its kind or name. */
export function meant<One extends Entry>(entries: readonly One[], of: Opened, event: Recorded): One | undefined {
  const id = idOf(of, event);
  if (id !== undefined) return entries.find((entry) => idOf(of, entry.event) === id);
  const label = labelOf(of, event);
  return entries.find(
    (entry) => entry.end === undefined && (label === undefined || labelOf(of, entry.event) === label),
  );
}

export const idKeys: Readonly<Record<Opened, readonly string[]>> = {
  task: ['taskExecutionId', 'taskId', 'task_execution_id'],
  timer: ['timerId', 'timer_id'],
  promise: ['promiseId', 'promise_id'],
  child: ['childExecutionId', 'childWorkflowExecutionId', 'childworkflowExecutionId', 'child_execution_id'],
};

const labelKeys: Readonly<Record<Opened, readonly string[]>> = {
  task: ['kind', 'taskType', 'task_type'],
  timer: [],
  promise: ['promiseName', 'promise_name'],
  child: ['childExecutionName', 'childWorkflowName', 'child_workflow_name', 'name'],
};

export function idOf(of: Opened, { data }: Recorded): string | undefined {
  return textOf(data, idKeys[of]);
}

function labelOf(of: Opened, { data }: Recorded): string | undefined {
  return textOf(data, labelKeys[of]);
}

function textOf(data: Recorded['data'], keys: readonly string[]): string | undefined {
  for (const key of keys) if (typeof data[key] === 'string') return data[key];
  return undefined;
}
