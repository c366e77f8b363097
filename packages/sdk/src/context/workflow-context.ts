import type { Duration } from '../duration.js';
import { waitMilliseconds } from '../durations.js';
import { ConfigurationError } from '../errors.js';
import { ChildWorkflowHandle, ScheduledTaskHandle, StartedTimerHandle, promiseOf } from './handles.js';
import { loggerTo } from '../log.js';
import type { Cancellation } from '../replay/cancellation.js';
import type { Children } from '../replay/children.js';
import type { Core } from '../replay/core.js';
import type { HistoryCursor } from '../replay/history-cursor.js';
import type { Operations } from '../replay/operations.js';
import type { Wait } from '../replay/pending.js';
import type { DurablePromises } from '../replay/promises.js';
import type { Signals } from '../replay/signals.js';
import type { WorkflowState } from '../replay/state.js';
import type { Tasks } from '../replay/tasks.js';
import type { Timers } from '../replay/timers.js';
import type {
  ChildWorkflowOptions,
  Logger,
  PromiseOptions,
  TaskDefinition,
  TaskHandle,
  TaskOptions,
  TimerHandle,
  WorkflowContext,
  WorkflowDefinition,
  WorkflowHandle,
} from '../types.js';

/** The parts of a replay that workflow code talks to. */
export interface WorkflowContextParts {
  readonly core: Core;
  readonly cursor: HistoryCursor;
  readonly tasks: Tasks;
  readonly timers: Timers;
  readonly promises: DurablePromises;
  readonly children: Children;
  readonly operations: Operations;
  readonly state: WorkflowState;
  readonly signals: Signals;
  readonly cancellation: Cancellation;
}

/**
 * What workflow code asks, answered by the replay of its execution. Made by workers; tests use `MockWorkflowContext`.
 */
export class WorkflowContextImpl implements WorkflowContext {
  /** The id of the execution. */
  readonly workflowExecutionId: string;
  readonly log: Logger;
  readonly #parts: WorkflowContextParts;

  /** @internal */
  constructor(parts: WorkflowContextParts, logger: Logger) {
    this.#parts = parts;
    this.workflowExecutionId = parts.core.executionId;
    this.log = loggerTo((level, message, args) => {
      if (!parts.cursor.isReplaying) logger[level](message, ...args);
    });
  }

  schedule<I, O>(task: TaskDefinition<I, O>, input: I, options: TaskOptions = {}): TaskHandle<O> {
    const { tasks } = this.#parts;
    const scheduled = tasks.schedule(task.name, input, {
      queue: options.queue,
      timeout: options.timeout ?? task.timeout,
      retry: options.retry ?? task.retry,
    });
    return new ScheduledTaskHandle<O>(scheduled.id, scheduled.wait as Wait<O>, this, (reason) =>
      tasks.requestCancel(scheduled.id, reason),
    );
  }

  scheduleByName<O = unknown>(taskName: string, input: unknown, options: TaskOptions = {}): Promise<O> {
    return promiseOf(this.#parts.tasks.schedule(taskName, input, options).wait as Wait<O>, this);
  }

  scheduleWorkflow<I, O>(
    workflow: WorkflowDefinition<I, O>,
    input: I,
    options: ChildWorkflowOptions = {},
  ): WorkflowHandle<O> {
    const { children } = this.#parts;
    const child = children.start(workflow.name, input, options);
    return new ChildWorkflowHandle<O>(child.id, child.wait as Wait<O>, this, {
      signal: (signalName, payload) => children.signal(child.id, signalName, payload),
      cancel: (reason) => children.requestCancel(child.id, reason),
    });
  }

  sleep(duration: Duration): Promise<void> {
    return promiseOf(this.#parts.timers.start(waitMilliseconds(duration, 'ctx.sleep')).wait, this);
  }

  sleepUntil(time: Date): Promise<void> {
    const due = time.getTime();
    if (Number.isNaN(due)) throw new ConfigurationError('ctx.sleepUntil needs a valid date');
    return promiseOf(this.#parts.timers.start(Math.max(0, due - this.currentTimeMillis())).wait, this);
  }

  timer(duration: Duration, options: { id?: string | undefined } = {}): TimerHandle {
    const { timers } = this.#parts;
    const { id, wait } = timers.start(waitMilliseconds(duration, 'ctx.timer'), options.id);
    return new StartedTimerHandle(id, wait, this, () => timers.cancel(id));
  }

  promise<T = unknown>(name: string, options: PromiseOptions = {}): Promise<T> {
    return promiseOf(this.#parts.promises.create<T>(name, options), this);
  }

  waitForSignal<T = unknown>(name: string): Promise<T> {
    return promiseOf(this.#parts.signals.wait<T>(name), this);
  }

  hasSignal(name: string): boolean {
    return this.#parts.signals.count(name) > 0;
  }

  pendingSignalCount(name: string): number {
    return this.#parts.signals.count(name);
  }

  drainSignals<T = unknown>(name: string): T[] {
    return this.#parts.signals.drain<T>(name);
  }

  run<T>(operationName: string, fn: () => T | Promise<T>): Promise<T> {
    return this.#parts.operations.run(operationName, fn);
  }

  get<T = unknown>(key: string): T | null {
    this.#parts.core.assertDeterministic();
    return this.#parts.state.get<T>(key);
  }

  set<T>(key: string, value: T): void {
    this.#parts.state.set(key, value);
  }

  clear(key: string): void {
    this.#parts.state.clear(key);
  }

  clearAll(): void {
    this.#parts.state.clearAll();
  }

  stateKeys(): string[] {
    this.#parts.core.assertDeterministic();
    return this.#parts.state.keys();
  }

  currentTime(): Date {
    return new Date(this.currentTimeMillis());
  }

  currentTimeMillis(): number {
    const { core } = this.#parts;
    core.assertDeterministic();
    return core.mode === 'query' ? core.clock.latest : core.clock.read();
  }

  randomUUID(): string {
    this.#parts.core.assertWorkflow('ctx.randomUUID()');
    return this.#parts.core.ids.next();
  }

  random(): number {
    this.#parts.core.assertWorkflow('ctx.random()');
    return this.#parts.core.random.next();
  }

  checkCancellation(): void {
    this.#parts.cancellation.check();
  }

  requestCancellation(reason?: string): void {
    this.#parts.cancellation.request(reason);
  }

  get isCancellationRequested(): boolean {
    return this.#parts.cancellation.isRequested;
  }
}
