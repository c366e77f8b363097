import { FlovynError, WorkflowCancelled } from '../errors.js';
import type { TaskHandle, TimerHandle, WorkflowHandle } from '../types.js';

/** How a mocked task, child or promise ends. */
export type Outcome = { readonly value: unknown } | { readonly error: Error };

/** The outcome as a promise that is settled already. */
export function settled<T>(outcome: Outcome): Promise<T> {
  return 'error' in outcome ? Promise.reject(outcome.error) : Promise.resolve(outcome.value as T);
}

abstract class MockHandle<O> implements PromiseLike<O> {
  readonly #promise: Promise<O>;

  constructor(outcome: Outcome) {
    this.#promise = settled<O>(outcome);
    // A failure nobody waits for is not an unhandled rejection.
    this.#promise.catch(() => undefined);
  }

  result(): Promise<O> {
    return this.#promise;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- the real handles can be awaited
  then<A = O, B = never>(
    fulfilled?: ((value: O) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise.then(fulfilled, rejected);
  }
}

export class MockTaskHandle<O> extends MockHandle<O> implements TaskHandle<O> {
  readonly taskExecutionId: string;
  readonly isCancelled = false;

  constructor(taskExecutionId: string, outcome: Outcome) {
    super(outcome);
    this.taskExecutionId = taskExecutionId;
  }

  /** A mocked task has ended by the time anybody could cancel it. */
  cancel(): void {
    return undefined;
  }
}

export class MockWorkflowHandle<O> extends MockHandle<O> implements WorkflowHandle<O> {
  readonly workflowId: string;

  constructor(workflowId: string, outcome: Outcome) {
    super(outcome);
    this.workflowId = workflowId;
  }

  query<T>(queryName: string): Promise<T> {
    return Promise.reject(new FlovynError(`A mocked child workflow answers no queries, so not "${queryName}"`));
  }

  /** A mocked child has ended by the time anybody could signal or cancel it. */
  signal(): Promise<void> {
    return Promise.resolve();
  }

  cancel(): Promise<void> {
    return Promise.resolve();
  }
}

export class MockTimerHandle implements TimerHandle {
  readonly timerId: string;
  readonly #fire: () => void;
  #isCancelled = false;
  #promise: Promise<void> | undefined;

  constructor(timerId: string, fire: () => void) {
    this.timerId = timerId;
    this.#fire = fire;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- the real handles can be awaited
  then<A = void, B = never>(
    fulfilled?: ((value: void) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#promise ??= this.#isCancelled
      ? Promise.reject(new WorkflowCancelled('Timer was cancelled'))
      : Promise.resolve(this.#fire());
    return this.#promise.then(fulfilled, rejected);
  }

  cancel(): void {
    this.#isCancelled = true;
  }
}
