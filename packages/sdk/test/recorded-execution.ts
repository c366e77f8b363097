import { type Command, type HistoryEvent, type Outcome, encodeEventData } from '@flovyn/protocol';
import { leavesOneFact } from '../src/replay/command-buffer.js';
import type { RawFact } from '../src/replay/fact.js';
import { Replayer, type Turn } from '../src/replay/replayer.js';
import { serialize } from '../src/serde.js';
import type { Logger, WorkflowDefinition } from '../src/types.js';

export const EXECUTION_ID = '550e8400-e29b-41d4-a716-446655440000';
const START_MS = 1_700_000_000_000;

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Of the facts that begin or end something, those members that tell which. */
interface Data {
  readonly taskExecutionId: string;
  readonly kind: string;
  readonly timerId: string;
  readonly childExecutionId: string;
  readonly childExecutionName: string;
  readonly promiseId: string;
  readonly promiseName: string;
}

/** A turn, and how much of the history it was made from. */
export interface PlayedTurn extends Turn {
  readonly seen: number;
}

/** An execution with its history, recorded by the rules of the server: one fact per command, one for the outcome. */
export class RecordedExecution {
  readonly definition: WorkflowDefinition;
  readonly facts: RawFact[] = [];
  readonly turns: PlayedTurn[] = [];
  readonly logger: Logger;
  #live: Replayer;
  #read = 0;
  /** Whether the live instance knows the number of the next fact. */
  #canGuess = false;

  constructor(definition: WorkflowDefinition, input: unknown = null, logger: Logger = silent) {
    this.definition = definition;
    this.logger = logger;
    this.#live = this.#fresh(input);
    this.record({ type: 'WORKFLOW_STARTED', input: serialize(input) });
    this.input = input;
  }

  readonly input: unknown;

  get outcome(): Outcome | undefined {
    return this.turns.at(-1)?.outcome;
  }

  get isOver(): boolean {
    return this.outcome !== undefined && this.outcome.type !== 'SUSPENDED';
  }

  /** Tasks that were scheduled and have no end. */
  get openTasks(): { readonly id: string; readonly kind: string }[] {
    return this.#open(/^TASK_SCHEDULED$/, /^TASK_/, ({ taskExecutionId, kind }) => ({ id: taskExecutionId, kind }));
  }

  get openTimers(): { readonly id: string }[] {
    return this.#open(/^TIMER_STARTED$/, /^TIMER_/, ({ timerId }) => ({ id: timerId }));
  }

  get openChildren(): { readonly id: string; readonly name: string }[] {
    return this.#open(
      /^CHILD_WORKFLOW_INITIATED$/,
      /^CHILD_WORKFLOW_(COMPLETED|FAILED|CANCELLED)$/,
      ({ childExecutionId, childExecutionName }) => ({ id: childExecutionId, name: childExecutionName }),
    );
  }

  get openPromises(): { readonly id: string; readonly name: string }[] {
    return this.#open(/^PROMISE_CREATED$/, /^PROMISE_/, ({ promiseId, promiseName }) => ({
      id: promiseId,
      name: promiseName,
    }));
  }

  /** Whether somebody has asked the execution to end. */
  get isAskedToEnd(): boolean {
    return this.facts.some(({ type }) => type === 'CANCELLATION_REQUESTED');
  }

  record(event: HistoryEvent): void {
    const sequence = this.facts.length + 1;
    this.facts.push({ sequence, type: event.type, data: encodeEventData(event), timestampMs: START_MS + sequence });
  }

  completeTask(id: string, output: unknown): void {
    this.record({ type: 'TASK_COMPLETED', taskExecutionId: id, kind: this.#kindOf(id), output: serialize(output) });
  }

  failTask(id: string, error: string): void {
    this.record({ type: 'TASK_FAILED', taskExecutionId: id, kind: this.#kindOf(id), error, retryable: false });
  }

  /** Somebody else than its workflow ended it. */
  cancelTask(id: string, reason: string): void {
    this.record({ type: 'TASK_CANCELLED', taskExecutionId: id, kind: this.#kindOf(id), reason });
  }

  resolvePromise(id: string, value: unknown): void {
    this.record({ type: 'PROMISE_RESOLVED', ...this.#promiseOf(id), value: serialize(value) });
  }

  rejectPromise(id: string, error: string): void {
    this.record({ type: 'PROMISE_REJECTED', ...this.#promiseOf(id), error });
  }

  timeOutPromise(id: string): void {
    this.record({ type: 'PROMISE_TIMEOUT', ...this.#promiseOf(id) });
  }

  /** Somebody outside asks the execution to end. The first wish counts. */
  askToEnd(reason: string): void {
    if (!this.isAskedToEnd) this.record({ type: 'CANCELLATION_REQUESTED', reason, requestedBy: 'somebody' });
  }

  fireTimer(id: string): void {
    this.record({ type: 'TIMER_FIRED', timerId: id });
  }

  completeChild(id: string, output: unknown): void {
    this.record({ type: 'CHILD_WORKFLOW_COMPLETED', ...this.#childOf(id), output: serialize(output) });
  }

  failChild(id: string, error: string, cancelled?: true): void {
    this.record({ type: 'CHILD_WORKFLOW_FAILED', ...this.#childOf(id), error, cancelled });
  }

  /**
   * Plays the live instance with what it has not seen and records what it decided. `meanwhile` is what others record
   * before the turn arrives.
   */
  async play(meanwhile: () => void = () => undefined): Promise<PlayedTurn> {
    const seen = this.facts.length;
    this.#live.read(this.facts.slice(this.#read));
    this.#read = seen;
    await this.#live.play(() => Promise.resolve(true));
    return this.#takeTurn(meanwhile);
  }

  /** Whether the live instance may go on with the end of this task before that is recorded. */
  canGuess(taskId: string): boolean {
    const knowsAll = this.#canGuess && this.#read === this.facts.length;
    return knowsAll && !this.isOver && this.#live.waitsForTask(taskId);
  }

  /**
   * Plays the live instance with the result of a task as a worker does that made it: before it is recorded. `first` is what
   * others record before. When that makes the guess a wrong one, or the code has read a time that nobody knew, the
   * instance is lost, and what it decided with it.
   *
   * @returns whether it held.
   */
  async guess(taskId: string, output: unknown, first: () => void): Promise<boolean> {
    const sequence = this.facts.length + 1;
    const data = {
      taskExecutionId: taskId,
      kind: this.#kindOf(taskId),
      output: JSON.parse(serialize(output)) as unknown,
    };
    this.#live.expect({ sequence, type: 'TASK_COMPLETED', data, timestampMs: undefined });
    let isRight: boolean | undefined;
    /** Once: the result is recorded, unless others have ended the task before. */
    const record = (): boolean => {
      if (isRight !== undefined) return isRight;
      first();
      isRight = this.facts.length === sequence - 1;
      if (this.openTasks.some(({ id }) => id === taskId)) this.completeTask(taskId, output);
      return isRight;
    };
    const hasPlayed = await this.#live.play(async () => {
      // The body of an operation waits until the turn is claimed; the claim tells the time.
      if (this.#live.usedUnknownTime || !record()) return false;
      this.#live.timeBecameKnown(this.facts.at(-1)?.timestampMs ?? 0);
      return true;
    });
    const hasHeld = record() && hasPlayed && !this.#live.usedUnknownTime;
    if (hasHeld) {
      this.#read = sequence;
      this.#takeTurn(() => undefined);
    } else {
      this.forget();
    }
    return hasHeld;
  }

  /** The live instance is lost: the next turn begins with a replay. */
  forget(): void {
    this.#live = this.#fresh(this.input);
    this.#read = 0;
    this.#canGuess = false;
  }

  /** What a new instance decides that sees only the first `length` facts. */
  async replay(length: number, definition: WorkflowDefinition = this.definition): Promise<Turn> {
    const replayer = new Replayer({
      workflowExecutionId: EXECUTION_ID,
      definition,
      input: this.input,
      logger: this.logger,
    });
    replayer.read(this.facts.slice(0, length));
    await replayer.play(() => Promise.resolve(true));
    return replayer.takeTurn();
  }

  #takeTurn(meanwhile: () => void): PlayedTurn {
    const seen = this.facts.length;
    const turn = { ...this.#live.takeTurn(), seen };
    const { commands, outcome } = turn;
    this.turns.push(turn);
    meanwhile();
    const isCountable = commands.every(({ type }) => leavesOneFact(type));
    const isAlone = this.facts.length === seen;
    const expected = seen + commands.length + 1;
    for (const command of commands) this.#recordCommand(command);
    if (outcome.type === 'CANCELLED') this.#cancelAll(outcome.reason);
    this.record(toFact(outcome));
    this.#canGuess = isCountable && outcome.type === 'SUSPENDED';
    if (isAlone && isCountable && this.facts.length === expected) {
      // Nothing came in between: the instance knows its own facts and need not read them.
      this.#live.turnRecorded();
      this.#read = expected;
    }
    return turn;
  }

  /** What is open when a cancelled execution ends, ends with it. */
  #cancelAll(reason: string): void {
    for (const { id } of this.openTasks) this.cancelTask(id, reason);
    for (const { id } of this.openTimers) this.record({ type: 'TIMER_CANCELLED', timerId: id });
  }

  #fresh(input: unknown): Replayer {
    return new Replayer({
      workflowExecutionId: EXECUTION_ID,
      definition: this.definition,
      input,
      logger: this.logger,
    });
  }

  /** What was begun and has no end, oldest first. */
  #open<T extends { readonly id: string }>(begins: RegExp, ends: RegExp, read: (data: Data) => T): T[] {
    const open = new Map<string, T>();
    for (const { type, data } of this.facts) {
      const one = read(JSON.parse(data) as Data);
      if (begins.test(type)) open.set(one.id, one);
      else if (ends.test(type)) open.delete(one.id);
    }
    return [...open.values()];
  }

  #promiseOf(promiseId: string) {
    return { promiseId, promiseName: this.openPromises.find(({ id }) => id === promiseId)?.name ?? '' };
  }

  #childOf(id: string) {
    const childExecutionName = this.openChildren.find((child) => child.id === id)?.name ?? '';
    return { childExecutionName, childExecutionId: id };
  }

  #kindOf(id: string): string {
    return this.openTasks.find((task) => task.id === id)?.kind ?? 'unknown';
  }

  #recordCommand(command: Command): void {
    switch (command.type) {
      case 'SCHEDULE_TASK':
        this.record({
          type: 'TASK_SCHEDULED',
          taskExecutionId: command.taskExecutionId,
          kind: command.kind,
          input: command.input,
          queue: 'default',
          maxRetries: 3,
        });
        return;
      case 'RECORD_OPERATION':
        this.record({ type: 'OPERATION_COMPLETED', operationName: command.operationName, result: command.result });
        return;
      case 'SET_STATE':
        this.record({ type: 'STATE_SET', key: command.key, value: command.value });
        return;
      case 'CLEAR_STATE':
        this.record({ type: 'STATE_CLEARED', key: command.key });
        return;
      case 'START_TIMER':
        this.record({ type: 'TIMER_STARTED', timerId: command.timerId, durationMs: command.durationMs, fireAtMs: 0 });
        if (command.durationMs <= 0) this.fireTimer(command.timerId);
        return;
      case 'CANCEL_TIMER':
        if (this.openTimers.some(({ id }) => id === command.timerId)) {
          this.record({ type: 'TIMER_CANCELLED', timerId: command.timerId });
        }
        return;
      case 'REQUEST_CANCEL_TASK': {
        const { taskExecutionId, reason } = command;
        const task = this.openTasks.find(({ id }) => id === taskExecutionId);
        if (task !== undefined) this.record({ type: 'TASK_CANCELLED', taskExecutionId, kind: task.kind, reason });
        return;
      }
      case 'REQUEST_CANCEL_CHILD_WORKFLOW': {
        const { childWorkflowExecutionId: childExecutionId, childExecutionName, reason } = command;
        const child = { childExecutionId, childExecutionName };
        if (this.openChildren.some(({ id }) => id === childExecutionId)) {
          this.record({ type: 'CHILD_WORKFLOW_CANCELLATION_REQUESTED', ...child, reason });
        } else {
          this.record({ type: 'CHILD_WORKFLOW_CANCELLATION_FAILED', ...child, error: 'It has ended' });
        }
        return;
      }
      case 'SIGNAL_CHILD_WORKFLOW': {
        const { childWorkflowExecutionId: childExecutionId, signalName } = command;
        const child = this.openChildren.find(({ id }) => id === childExecutionId);
        const childExecutionName = child?.name ?? '';
        const missed = child === undefined ? true : undefined;
        this.record({ type: 'CHILD_WORKFLOW_SIGNALLED', childExecutionName, childExecutionId, signalName, missed });
        return;
      }
      case 'CREATE_PROMISE':
        this.record({
          type: 'PROMISE_CREATED',
          promiseName: command.promiseName,
          promiseId: `7a1c8c8e-3d52-4f0e-8a5d-${String(this.facts.length).padStart(12, '0')}`,
          ...(command.timeoutMs === undefined ? {} : { timeoutMs: command.timeoutMs }),
        });
        return;
      case 'SCHEDULE_CHILD_WORKFLOW':
        this.record({
          type: 'CHILD_WORKFLOW_INITIATED',
          childExecutionName: command.childExecutionName,
          childWorkflowKind: command.kind,
          childExecutionId: command.childWorkflowExecutionId,
          input: command.input,
          queue: 'default',
        });
        return;
      case 'REQUEST_CANCELLATION':
        if (!this.isAskedToEnd) {
          this.record({ type: 'CANCELLATION_REQUESTED', reason: command.reason, requestedBy: 'workflow' });
        }
        return;
      default:
        throw new Error(`No fact for ${command.type}`);
    }
  }
}

function toFact(outcome: Outcome): HistoryEvent {
  switch (outcome.type) {
    case 'SUSPENDED':
      return {
        type: 'WORKFLOW_SUSPENDED',
        reason: outcome.reason,
        suspendType: outcome.waitingOn[0]?.type ?? 'SUSPEND_TYPE_UNSPECIFIED',
        waitingOn: outcome.waitingOn,
      };
    case 'COMPLETED':
      return { type: 'WORKFLOW_COMPLETED', output: outcome.output };
    case 'FAILED':
      return {
        type: 'WORKFLOW_EXECUTION_FAILED',
        error: outcome.error,
        stackTrace: outcome.stackTrace,
        failureType: outcome.failureType,
      };
    case 'CANCELLED':
      return { type: 'WORKFLOW_CANCELLED', reason: outcome.reason };
  }
}
