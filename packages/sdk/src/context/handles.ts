import { type Awaitable, awaitable, awaitableOf } from '../awaitable.js';
import type { Duration } from '../duration.js';
import { FlovynError, TaskCancelled } from '../errors.js';
import type { Wait } from '../replay/pending.js';
import type { TaskHandle, TimerHandle, WorkflowContext, WorkflowHandle } from '../types.js';

type Clock = Pick<WorkflowContext, 'timer'>;

/** A wait, as combinators see it. */
class OwnWait implements Awaitable {
  readonly #wait: Wait;
  readonly #clock: Clock;

  constructor(wait: Wait, clock: Clock) {
    this.#wait = wait;
    this.#clock = clock;
  }

  get endedAs(): number | undefined {
    return this.#wait.endedAs;
  }

  letGo(): void {
    this.#wait.letGo();
  }

  startTimer(duration: Duration): TimerHandle {
    return this.#clock.timer(duration);
  }
}

/** The promise of a wait, known to combinators. */
export function promiseOf<T>(wait: Wait<T>, clock: Clock): Promise<T> {
  wait.promise[awaitable] = new OwnWait(wait, clock);
  return wait.promise;
}

/** Something with an end, seen from the workflow that began it. */
abstract class OwnHandle<O> implements PromiseLike<O> {
  readonly #wait: Wait<O>;
  readonly #promise: Promise<O>;

  constructor(wait: Wait<O>, clock: Clock) {
    this.#wait = wait;
    this.#promise = promiseOf(wait, clock);
  }

  get [awaitable](): Awaitable | undefined {
    return awaitableOf(this.#promise);
  }

  result(): Promise<O> {
    return this.#promise;
  }

  protected get failure(): Error | undefined {
    return this.#wait.failure;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a handle is the published way to wait for its result
  then<A = O, B = never>(
    fulfilled?: ((value: O) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(fulfilled, rejected);
  }
}

/** A task, seen from the workflow that scheduled it. */
export class ScheduledTaskHandle<O> extends OwnHandle<O> implements TaskHandle<O> {
  readonly taskExecutionId: string;
  readonly #cancel: (reason: string) => void;

  constructor(taskExecutionId: string, wait: Wait<O>, clock: Clock, cancel: (reason: string) => void) {
    super(wait, clock);
    this.taskExecutionId = taskExecutionId;
    this.#cancel = cancel;
  }

  cancel(reason = 'Cancelled by its workflow'): void {
    this.#cancel(reason);
  }

  get isCancelled(): boolean {
    return TaskCancelled.is(this.failure);
  }
}

/** A durable timer, seen from the workflow that started it. */
export class StartedTimerHandle extends OwnHandle<void> implements TimerHandle {
  readonly timerId: string;
  readonly #cancel: () => void;

  constructor(timerId: string, wait: Wait<void>, clock: Clock, cancel: () => void) {
    super(wait, clock);
    this.timerId = timerId;
    this.#cancel = cancel;
  }

  cancel(): void {
    this.#cancel();
  }
}

/** What a parent may do with its child. */
export interface ChildSteering {
  signal(signalName: string, payload: unknown): void;
  cancel(reason: string): void;
}

/** A child workflow, seen from its parent. */
export class ChildWorkflowHandle<O> extends OwnHandle<O> implements WorkflowHandle<O> {
  readonly workflowId: string;
  readonly #steering: ChildSteering;

  constructor(workflowId: string, wait: Wait<O>, clock: Clock, steering: ChildSteering) {
    super(wait, clock);
    this.workflowId = workflowId;
    this.#steering = steering;
  }

  query<T>(queryName: string): Promise<T> {
    return Promise.reject(
      new FlovynError(
        `Query "${queryName}" of child ${this.workflowId}: workflow code cannot query, because a replay could not repeat ` +
          'the answer. Query from a task instead',
      ),
    );
  }

  /** Async, so that a refusal is a rejection. The command itself is issued at the call. */
  async signal(signalName: string, payload?: unknown): Promise<void> {
    this.#steering.signal(signalName, payload);
  }

  async cancel(reason = 'Cancelled by its parent'): Promise<void> {
    this.#steering.cancel(reason);
  }
}
