import { type HistoryEvent, encodeEventData } from '@flovyn/protocol';
import { serialize } from '../../serde.js';
import { type TestHistoryEvent, toHistoryEvent } from './records.js';

type Draft<Type extends HistoryEvent['type']> = Omit<Extract<HistoryEvent, { type: Type }>, 'type'>;

/** Where a history begins when nothing else is said: each event comes a millisecond after the one before. */
const START = new Date('2030-01-01T00:00:00.000Z');

/**
 * Writes a history by hand, event by event, for `replayHistory`. Tasks, promises and children are told apart by ids of the
 * test's own; where one is left out, the last one of that name is meant.
 *
 * Naming an end whose beginning was not written throws an `Error`.
 *
 * @example
 *   import { WorkflowTestBuilder, replayHistory } from '@flovyn/sdk/testing';
 *
 *   const history = new WorkflowTestBuilder()
 *     .withWorkflowStarted(order)
 *     .withTaskScheduled('charge-card', order)
 *     .withTaskCompleted('charge-card', { number: 'r-17' })
 *     .build();
 *   const { commands, ending } = await replayHistory(orderWorkflow, history);
 */
export class WorkflowTestBuilder {
  readonly #events: TestHistoryEvent[] = [];
  readonly #ids = new Map<string, string>();
  #atMs: number;

  /** @param startTime - that of the first event; 2030-01-01 in UTC when absent. */
  constructor(startTime: Date = START) {
    this.#atMs = startTime.getTime();
  }

  /** The time of the next event; each one after it comes a millisecond later. */
  at(time: Date): this {
    this.#atMs = time.getTime();
    return this;
  }

  /** The first event of every history. */
  withWorkflowStarted(input: unknown): this {
    return this.#add('WORKFLOW_STARTED', { input: serialize(input) });
  }

  /** The workflow asked for a task. */
  withTaskScheduled(kind: string, input: unknown = null, taskExecutionId: string = this.#newId()): this {
    this.#ids.set(`task:${kind}`, taskExecutionId);
    const task = { taskExecutionId, kind, input: serialize(input) };
    return this.#add('TASK_SCHEDULED', { ...task, queue: 'default', maxRetries: 3 });
  }

  /** A task gave its output. */
  withTaskCompleted(kind: string, output: unknown = null, taskExecutionId: string = this.#idOf('task', kind)): this {
    return this.#add('TASK_COMPLETED', { taskExecutionId, kind, output: serialize(output) });
  }

  /** A task failed for good. */
  withTaskFailed(kind: string, error: string, taskExecutionId: string = this.#idOf('task', kind)): this {
    return this.#add('TASK_FAILED', { taskExecutionId, kind, error, retryable: false });
  }

  /** `ctx.run` of this name gave its result. */
  withOperationCompleted(operationName: string, result: unknown = null): this {
    return this.#add('OPERATION_COMPLETED', { operationName, result: serialize(result) });
  }

  /** The workflow kept a value. */
  withStateSet(key: string, value: unknown): this {
    return this.#add('STATE_SET', { key, value: serialize(value) });
  }

  /** The workflow forgot a value. */
  withStateCleared(key: string): this {
    return this.#add('STATE_CLEARED', { key });
  }

  /** The workflow started a timer. `ctx.sleep` calls its timers `sleep-1`, `sleep-2`, and so on. */
  withTimerStarted(timerId: string, durationMs = 1_000): this {
    return this.#add('TIMER_STARTED', { timerId, durationMs, fireAtMs: this.#atMs + durationMs });
  }

  /** A timer is over. */
  withTimerFired(timerId: string): this {
    return this.#add('TIMER_FIRED', { timerId });
  }

  /** The workflow asked for a promise. */
  withPromiseCreated(promiseName: string, promiseId: string = this.#newId()): this {
    this.#ids.set(`promise:${promiseName}`, promiseId);
    return this.#add('PROMISE_CREATED', { promiseName, promiseId });
  }

  /** Somebody kept a promise. */
  withPromiseResolved(
    promiseName: string,
    value: unknown = null,
    promiseId = this.#idOf('promise', promiseName),
  ): this {
    return this.#add('PROMISE_RESOLVED', { promiseName, promiseId, value: serialize(value) });
  }

  /** Somebody rejected a promise. */
  withPromiseRejected(promiseName: string, error: string, promiseId = this.#idOf('promise', promiseName)): this {
    return this.#add('PROMISE_REJECTED', { promiseName, promiseId, error });
  }

  /** The time of a promise was over. */
  withPromiseTimedOut(promiseName: string, promiseId = this.#idOf('promise', promiseName)): this {
    return this.#add('PROMISE_TIMEOUT', { promiseName, promiseId });
  }

  /**
   * The workflow asked for a child.
   *
   * @param childName - as the workflow named it; without a name of its own `<kind>-1`, `<kind>-2`, and so on.
   */
  withChildWorkflowInitiated(
    childName: string,
    childWorkflowKind: string,
    input: unknown = null,
    childExecutionId: string = this.#newId(),
  ): this {
    this.#ids.set(`child:${childName}`, childExecutionId);
    const child = { childExecutionName: childName, childExecutionId, childWorkflowKind, input: serialize(input) };
    return this.#add('CHILD_WORKFLOW_INITIATED', { ...child, queue: 'default' });
  }

  /** A child gave its output. */
  withChildWorkflowCompleted(
    childName: string,
    output: unknown = null,
    childExecutionId = this.#idOf('child', childName),
  ): this {
    const child = { childExecutionName: childName, childExecutionId };
    return this.#add('CHILD_WORKFLOW_COMPLETED', { ...child, output: serialize(output) });
  }

  /** A child failed. */
  withChildWorkflowFailed(childName: string, error: string, childExecutionId = this.#idOf('child', childName)): this {
    return this.#add('CHILD_WORKFLOW_FAILED', { childExecutionName: childName, childExecutionId, error });
  }

  /** A signal came. */
  withSignalReceived(signalName: string, value: unknown = null): this {
    return this.#add('SIGNAL_RECEIVED', { signalName, signalValue: serialize(value) });
  }

  /** Somebody asked the execution to end. */
  withCancellationRequested(reason = ''): this {
    return this.#add('CANCELLATION_REQUESTED', { reason, requestedBy: 'test' });
  }

  /** A history of its own: what is added afterwards is not in it. */
  build(): TestHistoryEvent[] {
    return [...this.#events];
  }

  #add<Type extends HistoryEvent['type']>(type: Type, members: Draft<Type>): this {
    const data = encodeEventData({ type, ...members } as unknown as HistoryEvent);
    this.#events.push(toHistoryEvent({ sequence: this.#events.length + 1, type, data, timestampMs: this.#atMs }));
    this.#atMs += 1;
    return this;
  }

  #newId(): string {
    const count = this.#ids.size + this.#events.length;
    return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
  }

  #idOf(what: string, name: string): string {
    const id = this.#ids.get(`${what}:${name}`);
    if (id === undefined) throw new Error(`The history has no ${what} "${name}" that could end`);
    return id;
  }
}
