import { type Awaitable, awaitable } from '../awaitable.js';
import { FlovynError, TaskCancelled } from '../errors.js';
import type { TaskHandle, TimerHandle, WorkflowHandle } from '../types.js';
import type { MockWait } from './mock-wait.js';

abstract class MockHandle<O> implements PromiseLike<O> {
  protected readonly wait: MockWait<O>;

  constructor(wait: MockWait<O>) {
    this.wait = wait;
  }

  get [awaitable](): Awaitable {
    return this.wait;
  }

  result(): Promise<O> {
    return this.wait.lookAsPromise();
  }

  // oxlint-disable-next-line unicorn/no-thenable -- the real handles can be awaited
  then<A = O, B = never>(
    fulfilled?: ((value: O) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.wait.look().then(fulfilled, rejected);
  }
}

type OnCancel = (reason: string) => void;

export class MockTaskHandle<O> extends MockHandle<O> implements TaskHandle<O> {
  readonly taskExecutionId: string;
  readonly #onCancel: OnCancel;

  constructor(taskExecutionId: string, wait: MockWait<O>, onCancel: OnCancel) {
    super(wait);
    this.taskExecutionId = taskExecutionId;
    this.#onCancel = onCancel;
  }

  cancel(reason = 'Cancelled by its workflow'): void {
    if (this.wait.cancel(reason)) this.#onCancel(reason);
  }

  get isCancelled(): boolean {
    return TaskCancelled.is(this.wait.failure);
  }
}

/** What a mocked child tells of itself. */
export interface MockChildEvents {
  readonly onCancel: OnCancel;
  readonly onSignal: (signalName: string, payload: unknown) => void;
}

export class MockWorkflowHandle<O> extends MockHandle<O> implements WorkflowHandle<O> {
  readonly workflowId: string;
  readonly #events: MockChildEvents;

  constructor(workflowId: string, wait: MockWait<O>, events: MockChildEvents) {
    super(wait);
    this.workflowId = workflowId;
    this.#events = events;
  }

  query<T>(queryName: string): Promise<T> {
    return Promise.reject(new FlovynError(`A mocked child workflow answers no queries, so not "${queryName}"`));
  }

  async signal(signalName: string, payload?: unknown): Promise<void> {
    if (this.wait.endedAs !== undefined) {
      throw new FlovynError(
        `Signal "${signalName}" to child ${this.workflowId}: it has ended and takes no more signals`,
      );
    }
    this.#events.onSignal(signalName, payload);
  }

  async cancel(reason = 'Cancelled by its parent'): Promise<void> {
    if (this.wait.cancel(reason)) this.#events.onCancel(reason);
  }
}

export class MockTimerHandle extends MockHandle<void> implements TimerHandle {
  readonly timerId: string;
  readonly #onAwait: () => void;
  readonly #onCancel: () => void;

  constructor(timerId: string, wait: MockWait<void>, onAwait: () => void, onCancel: () => void) {
    super(wait);
    this.timerId = timerId;
    this.#onAwait = onAwait;
    this.#onCancel = onCancel;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- the real handles can be awaited
  override then<A = void, B = never>(
    fulfilled?: ((value: void) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#onAwait();
    return super.then(fulfilled, rejected);
  }

  cancel(): void {
    if (this.wait.cancel('Timer was cancelled')) this.#onCancel();
  }
}
