import { FlovynError, TaskCancelled } from '../errors.js';
import type { Wait } from '../replay/pending.js';
import type { TaskHandle, TimerHandle, WorkflowHandle } from '../types.js';

/** A task, seen from the workflow that scheduled it. */
export class ScheduledTaskHandle<O> implements TaskHandle<O> {
  readonly taskExecutionId: string;
  readonly #wait: Wait<O>;
  readonly #cancel: (reason: string) => void;

  constructor(taskExecutionId: string, wait: Wait<O>, cancel: (reason: string) => void) {
    this.taskExecutionId = taskExecutionId;
    this.#wait = wait;
    this.#cancel = cancel;
  }

  result(): Promise<O> {
    return this.#wait.promise;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a handle is the published way to wait for its result
  then<A = O, B = never>(
    fulfilled?: ((value: O) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(fulfilled, rejected);
  }

  cancel(reason = 'Cancelled by its workflow'): void {
    this.#cancel(reason);
  }

  get isCancelled(): boolean {
    return TaskCancelled.is(this.#wait.failure);
  }
}

/** A durable timer, seen from the workflow that started it. */
export class StartedTimerHandle implements TimerHandle {
  readonly timerId: string;
  readonly #wait: Wait<void>;
  readonly #cancel: () => void;

  constructor(timerId: string, wait: Wait<void>, cancel: () => void) {
    this.timerId = timerId;
    this.#wait = wait;
    this.#cancel = cancel;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a handle is the published way to wait for its result
  then<A = void, B = never>(
    fulfilled?: ((value: void) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#wait.promise.then(fulfilled, rejected);
  }

  cancel(): void {
    this.#cancel();
  }
}

/** A child workflow, seen from its parent. */
export class ChildWorkflowHandle<O> implements WorkflowHandle<O> {
  readonly workflowId: string;
  readonly #wait: Wait<O>;
  readonly #cancel: (reason: string) => void;

  constructor(workflowId: string, wait: Wait<O>, cancel: (reason: string) => void) {
    this.workflowId = workflowId;
    this.#wait = wait;
    this.#cancel = cancel;
  }

  result(): Promise<O> {
    return this.#wait.promise;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a handle is the published way to wait for its result
  then<A = O, B = never>(
    fulfilled?: ((value: O) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(fulfilled, rejected);
  }

  query<T>(queryName: string): Promise<T> {
    return Promise.reject(
      new FlovynError(
        `Query "${queryName}" of child ${this.workflowId}: workflow code cannot query, because a replay could not repeat ` +
          'the answer. Query from a task instead',
      ),
    );
  }

  signal(signalName: string): Promise<void> {
    return Promise.reject(
      new FlovynError(
        `Signal "${signalName}" to child ${this.workflowId}: the history has no record of such a signal yet, so a replay ` +
          'would send it again. Signal from a task instead',
      ),
    );
  }

  cancel(reason = 'Cancelled by its parent'): Promise<void> {
    this.#cancel(reason);
    return Promise.resolve();
  }
}
