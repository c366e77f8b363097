import { parseTaskId } from '@flovyn/events';
import { ServiceError, limits } from '@flovyn/protocol';
import type { ExecutionId, TaskId } from '../ids.js';
import type { Occurrence } from '../occurrence.js';
import { isOpenTask } from '../task/state.js';
import { type Wait, waitName } from '../wait/state.js';
import type { ExecutionView } from './view.js';

type NamedPromise = { readonly key: string; readonly promiseId: string; readonly promiseName: string };
type Child = { readonly childId: ExecutionId; readonly childName: string; readonly kind: string };

/**
 * What an execution has open, followed through the occurrences of one decision: a command sees what the commands before it
 * have opened and closed.
 */
export class OpenWork {
  readonly #execution: ExecutionView;
  readonly #occurrences: Occurrence[] = [];
  readonly #tasks = new Set<TaskId>();
  readonly #timers = new Set<string>();
  /** By key, in the order in which they were opened. */
  readonly #promises = new Map<string, NamedPromise>();
  readonly #children = new Map<ExecutionId, Child>();
  /** Children that were asked to stop by what was decided so far. */
  readonly #asked = new Set<ExecutionId>();
  #isCancelled: boolean;
  /** Everything ever opened that is known here, by the name of the wait or the task's id. */
  readonly #known = new Set<string>();

  constructor(execution: ExecutionView) {
    this.#execution = execution;
    this.#isCancelled = execution.workflow?.cancellation !== undefined;
    for (const task of execution.tasks.values()) {
      this.#known.add(task.id);
      if (isOpenTask(task)) this.#tasks.add(task.id);
    }
    for (const wait of execution.waits.values()) this.#remember(wait);
  }

  get occurrences(): readonly Occurrence[] {
    return this.#occurrences;
  }

  /** Whether the execution has been asked to stop: the first wish counts. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  get counts() {
    return {
      tasks: this.#tasks.size,
      timers: this.#timers.size,
      promises: this.#promises.size,
      children: this.#children.size,
    };
  }

  /** Whether there has been a task, or a wait, of this name before. */
  knows(name: string): boolean {
    return this.#known.has(name);
  }

  isOpenTask(id: TaskId): boolean {
    return this.#tasks.has(id);
  }

  isOpenTimer(id: string): boolean {
    return this.#timers.has(id);
  }

  /** The first of its name that is open. */
  openPromise(name: string): NamedPromise | undefined {
    for (const promise of this.#promises.values()) if (promise.promiseName === name) return promise;
    return undefined;
  }

  openChild(id: ExecutionId): Child | undefined {
    return this.#children.get(id);
  }

  add(occurrence: Occurrence): void {
    this.#occurrences.push(occurrence);
    switch (occurrence.type) {
      case 'TASK_CREATED':
        this.#known.add(occurrence.taskId);
        this.#tasks.add(occurrence.taskId);
        return;
      case 'TASK_CANCELLED':
        this.#tasks.delete(occurrence.taskId);
        return;
      case 'TIMER_STARTED':
        this.#known.add(waitName({ type: 'timer', key: occurrence.timerId }));
        this.#timers.add(occurrence.timerId);
        return;
      case 'TIMER_FIRED':
      case 'TIMER_CANCELLED':
        this.#timers.delete(occurrence.timerId);
        return;
      case 'PROMISE_CREATED': {
        const { key, promiseId, promiseName } = occurrence;
        this.#known.add(waitName({ type: 'promise', key }));
        this.#promises.set(key, { key, promiseId, promiseName });
        return;
      }
      case 'PROMISE_RESOLVED':
        this.#promises.delete(occurrence.key);
        return;
      case 'CHILD_INITIATED': {
        const { childId, childName, kind } = occurrence;
        this.#known.add(waitName({ type: 'child', key: childId }));
        this.#children.set(childId, { childId, childName, kind });
        return;
      }
      case 'CHILD_CANCELLATION_REQUESTED':
        this.#asked.add(occurrence.childId);
        return;
      case 'WORKFLOW_CANCELLATION_REQUESTED':
        this.#isCancelled = true;
        return;
      default:
        return;
    }
  }

  /** Cancels everything that can be cancelled, in the order in which it was opened; the end itself is for the caller to add. */
  cancelAll(reason: string): void {
    for (const taskId of this.#tasks) this.add({ type: 'TASK_CANCELLED', taskId, reason });
    for (const timerId of this.#timers) this.add({ type: 'TIMER_CANCELLED', timerId });
    for (const { childId, childName, kind } of this.#children.values()) {
      if (this.#asked.has(childId)) continue;
      this.add({ type: 'CHILD_CANCELLATION_REQUESTED', childId, childName, kind, reason });
    }
  }

  /** @throws {ServiceError} RESOURCE_EXHAUSTED when more would be open than may be. */
  checkLimits(openTasks: number): void {
    const { tasks, timers, promises, children } = this.counts;
    this.#check('tasks', tasks, openTasks);
    this.#check('timers', timers, limits.openTimers);
    this.#check('promises', promises, limits.openPromises);
    this.#check('children', children, limits.openChildren);
  }

  #check(what: string, actual: number, limit: number): void {
    if (actual <= limit) return;
    throw new ServiceError(
      'RESOURCE_EXHAUSTED',
      `Execution ${this.#execution.id} would have ${actual} open ${what}; ${limit} is the limit. Await some of them before opening more.`,
      { limit, actual },
    );
  }

  #remember(wait: Wait): void {
    this.#known.add(waitName(wait));
    if (!wait.open) return;
    if (wait.type === 'timer') this.#timers.add(wait.key);
    else if (wait.type === 'promise') {
      const { key, promiseId, name: promiseName } = wait;
      this.#promises.set(key, { key, promiseId, promiseName });
    } else {
      const childId = wait.key as ExecutionId;
      this.#children.set(childId, { childId, childName: wait.name, kind: wait.kind });
    }
  }
}

/** @throws {ServiceError} INVALID_ARGUMENT */
export function parsedTaskId(text: string, executionId: ExecutionId): TaskId {
  const taskId = parseTaskId(text);
  if (taskId !== undefined) return taskId;
  throw new ServiceError('INVALID_ARGUMENT', `Task id "${text}" of execution ${executionId} is not a UUID.`);
}
