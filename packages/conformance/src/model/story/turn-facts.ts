import type { Command, HistoryEvent, HistoryEventName, Outcome } from '@flovyn/protocol';
import type { Story } from './story.js';

/** A turn as its worker sent it. */
export interface SentTurn {
  readonly door: 'session' | 'unary';
  readonly commands: readonly Command[];
  /** Absent: the turn goes on. */
  readonly outcome: Outcome | undefined;
}

/** A fact, by its type and what it is about. */
export interface ExpectedFact {
  readonly type: HistoryEventName;
  readonly about?: string;
}

/** The facts that a turn leaves, one after the other, in a history that tells this story so far. */
export function factsOfTurn(story: Story, { door, commands, outcome }: SentTurn): readonly ExpectedFact[] {
  const facts: ExpectedFact[] = [];
  const add = (type: HistoryEventName, about?: string): void =>
    void facts.push(about === undefined ? { type } : { type, about });
  const promises = [...story.promises.values()].map(({ name, open }) => ({ name, open }));
  const [tasks, timers, children] = [story.tasks, story.timers, story.children].map(
    (map) => new Map([...map].map(([id, { open }]) => [id, open])),
  ) as [Map<string, boolean>, Map<string, boolean>, Map<string, boolean>];
  const cancelledTask = (id: string): void => {
    tasks.set(id, false);
    add(door === 'session' ? 'TASK_CANCELLED' : 'TASK_FAILED', id);
  };
  let cancelling = story.cancelling;
  const asked = new Set<string>();
  const stopChild = (id: string): void => {
    asked.add(id);
    add('CHILD_WORKFLOW_CANCELLATION_REQUESTED', id);
  };
  const opens = (map: Map<string, boolean>, type: HistoryEventName, id: string): boolean => {
    if (map.has(id)) return false;
    map.set(id, true);
    add(type, id);
    return true;
  };
  const closes = (map: Map<string, boolean>, type: HistoryEventName, id: string): void => {
    if (map.get(id) !== true) return;
    map.set(id, false);
    add(type, id);
  };

  for (const command of commands) {
    switch (command.type) {
      case 'RECORD_OPERATION':
        add('OPERATION_COMPLETED');
        break;
      case 'SET_STATE':
        add('STATE_SET', command.key);
        break;
      case 'CLEAR_STATE':
        add('STATE_CLEARED', command.key);
        break;
      case 'SCHEDULE_TASK':
        opens(tasks, 'TASK_SCHEDULED', command.taskExecutionId);
        break;
      case 'START_TIMER':
        if (opens(timers, 'TIMER_STARTED', command.timerId) && command.durationMs <= 0) {
          closes(timers, 'TIMER_FIRED', command.timerId);
        }
        break;
      case 'CANCEL_TIMER':
        closes(timers, 'TIMER_CANCELLED', command.timerId);
        break;
      case 'CREATE_PROMISE':
        promises.push({ name: command.promiseName, open: true });
        add('PROMISE_CREATED', command.promiseName);
        break;
      case 'RESOLVE_PROMISE': {
        const kept = promises.find(({ name, open }) => open && name === command.promiseName);
        if (kept === undefined) break;
        kept.open = false;
        add('PROMISE_RESOLVED', command.promiseName);
        break;
      }
      case 'SCHEDULE_CHILD_WORKFLOW':
        opens(children, 'CHILD_WORKFLOW_INITIATED', command.childWorkflowExecutionId);
        break;
      case 'REQUEST_CANCEL_CHILD_WORKFLOW': {
        const { childWorkflowExecutionId: id } = command;
        if (children.get(id) === true) stopChild(id);
        else add('CHILD_WORKFLOW_CANCELLATION_FAILED', id);
        break;
      }
      case 'REQUEST_CANCEL_TASK':
        if (tasks.get(command.taskExecutionId) === true) cancelledTask(command.taskExecutionId);
        break;
      case 'SIGNAL_CHILD_WORKFLOW':
        add('CHILD_WORKFLOW_SIGNALLED', command.childWorkflowExecutionId);
        break;
      case 'REQUEST_CANCELLATION':
        if (!cancelling) add('CANCELLATION_REQUESTED');
        cancelling = true;
        break;
    }
  }
  if (outcome === undefined) return facts;
  const ends = door === 'unary' && story.cancelling ? heard(outcome) : outcome.type;
  if (ends === 'CANCELLED') {
    for (const [id, open] of tasks) if (open) cancelledTask(id);
    for (const [id, open] of timers) if (open) add('TIMER_CANCELLED', id);
    for (const [id, open] of children) if (open && !asked.has(id)) stopChild(id);
  }
  add(ends === 'FAILED' ? 'WORKFLOW_EXECUTION_FAILED' : `WORKFLOW_${ends}`);
  return facts;
}

/** What an end means of a worker without an ear for cancellations, while one is wanted. */
function heard(outcome: Outcome): Outcome['type'] {
  if (outcome.type === 'SUSPENDED') return 'CANCELLED';
  return outcome.type === 'FAILED' && outcome.failureType === 'CANCELLED' ? 'CANCELLED' : outcome.type;
}

/** What a fact is about. */
export function aboutOf(event: HistoryEvent): string | undefined {
  if ('taskExecutionId' in event) return event.taskExecutionId;
  if ('timerId' in event) return event.timerId;
  if ('promiseName' in event) return event.promiseName;
  if ('childExecutionId' in event) return event.childExecutionId;
  return 'key' in event ? event.key : undefined;
}
