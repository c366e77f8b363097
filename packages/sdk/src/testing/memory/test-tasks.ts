import { type Json, type RetryPolicy, defaultRetries } from '@flovyn/protocol';
import { TaskContextImpl } from '../../context/task-context.js';
import type { Logger, TaskDefinition } from '../../types.js';
import { type AttemptOutcome, runTask } from '../../worker/run-task.js';
import type { TestTimers } from './test-timers.js';

/** What a test has said about a kind of task. */
export type GivenTask = AttemptOutcome | { readonly type: 'pending' };

export type TaskState =
  | { readonly status: 'PENDING' | 'RUNNING' }
  | { readonly status: 'COMPLETED'; readonly output: Json }
  | { readonly status: 'FAILED'; readonly error: string; readonly retryable: boolean }
  | { readonly status: 'CANCELLED'; readonly reason: string };

export interface TestTask {
  readonly id: string;
  readonly kind: string;
  readonly input: Json;
  /** Absent for a task without a workflow. */
  readonly workflowExecutionId: string | undefined;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number | undefined;
  attempts: number;
  state: TaskState;
}

export type NewTask = Pick<TestTask, 'id' | 'kind' | 'input' | 'workflowExecutionId' | 'timeoutMs'> & {
  readonly retry: Partial<RetryPolicy> | undefined;
};

export interface TestTasksOptions {
  readonly timers: TestTimers;
  readonly definitions: ReadonlyMap<string, TaskDefinition>;
  readonly logger: Logger;
  /** A task has ended by itself or by time: not by being cancelled from outside. */
  readonly onEnd: (task: TestTask) => void;
  /** Something has moved. */
  readonly onChange: () => void;
}

/** What a task has on the clock, and the attempt that runs. */
interface Aside {
  limit?: string;
  pause?: string;
  context?: TaskContextImpl;
}

/** The tasks of an environment: attempts, and the pauses between them. */
export class TestTasks {
  readonly all = new Map<string, TestTask>();
  readonly given = new Map<string, GivenTask>();
  readonly #options: TestTasksOptions;
  readonly #asides = new Map<string, Aside>();
  /** Tasks whose next attempt may begin, in order. */
  readonly #due = new Set<TestTask>();
  #running = 0;

  constructor(options: TestTasksOptions) {
    this.#options = options;
  }

  /** Whether code of a task is running now. */
  get isRunning(): boolean {
    return this.#running > 0;
  }

  /** Whether there is somebody to run this kind. */
  isServed(kind: string): boolean {
    return this.given.has(kind) ? this.given.get(kind)?.type !== 'pending' : this.#options.definitions.has(kind);
  }

  add({ retry, ...task }: NewTask): TestTask {
    const { timers } = this.#options;
    const added: TestTask = { ...task, retry: retryPolicy(retry), attempts: 0, state: { status: 'PENDING' } };
    this.all.set(task.id, added);
    const aside: Aside = {};
    this.#asides.set(task.id, aside);
    if (task.timeoutMs !== undefined) {
      const dueMs = timers.now + task.timeoutMs;
      aside.limit = timers.start(`timeout of ${task.kind}`, task.id, dueMs, () =>
        this.#end(added, { status: 'FAILED', error: 'Task timed out', retryable: false }),
      );
    }
    this.#due.add(added);
    return added;
  }

  /** Begins every attempt that can be made. @returns whether there was one. */
  startDue(): boolean {
    const served = [...this.#due].filter(({ kind }) => this.isServed(kind));
    for (const task of served) {
      this.#due.delete(task);
      void this.#attempt(task);
    }
    return served.length > 0;
  }

  /** Ends a task from outside. */
  cancel(id: string, reason: string): void {
    const task = this.all.get(id);
    if (task !== undefined && isOpen(task)) this.#close(task, { status: 'CANCELLED', reason });
  }

  async #attempt(task: TestTask): Promise<void> {
    task.attempts += 1;
    task.state = { status: 'RUNNING' };
    const attempt = task.attempts;
    this.#running += 1;
    const outcome = await this.#outcome(task);
    this.#running -= 1;
    // Whoever ended it meanwhile did not wait for its code.
    if (task.state.status === 'RUNNING' && task.attempts === attempt) this.#ended(task, outcome);
    this.#options.onChange();
  }

  #outcome(task: TestTask): Promise<AttemptOutcome> {
    const given = this.given.get(task.kind);
    if (given !== undefined && given.type !== 'pending') return Promise.resolve(given);
    const definition = this.#options.definitions.get(task.kind);
    if (definition === undefined) throw new Error(`Nobody runs task "${task.kind}"`);
    const { logger } = this.#options;
    const context = new TaskContextImpl(
      {
        taskExecutionId: task.id,
        taskKind: task.kind,
        input: task.input,
        workflowExecutionId: task.workflowExecutionId,
        attempt: task.attempts,
        maxRetries: task.retry.maxRetries,
        timeoutMs: task.timeoutMs,
      },
      undefined,
      undefined,
      undefined,
      { logger, keepStreamEvents: false, streams: definition.streams ?? [] },
    );
    const aside = this.#asides.get(task.id);
    if (aside !== undefined) aside.context = context;
    return runTask(definition, context, task.input, logger);
  }

  #ended(task: TestTask, outcome: AttemptOutcome): void {
    if (outcome.type === 'completed') return this.#end(task, { status: 'COMPLETED', output: outcome.output });
    if (outcome.type === 'cancelled') return this.#end(task, { status: 'CANCELLED', reason: outcome.reason });
    const { error, isRetryable } = outcome;
    if (!isRetryable || task.attempts > task.retry.maxRetries) {
      return this.#end(task, { status: 'FAILED', error, retryable: isRetryable });
    }
    task.state = { status: 'PENDING' };
    const { timers } = this.#options;
    const delayMs = retryDelayMs(task.retry, task.attempts);
    const aside = this.#asides.get(task.id);
    if (delayMs === 0 || aside === undefined) {
      this.#due.add(task);
      return;
    }
    aside.pause = timers.start(`retry of ${task.kind}`, task.id, timers.now + delayMs, () => {
      this.#due.add(task);
      this.#options.onChange();
    });
  }

  #end(task: TestTask, state: TaskState): void {
    this.#close(task, state);
    this.#options.onEnd(task);
    this.#options.onChange();
  }

  #close(task: TestTask, state: TaskState): void {
    const { timers } = this.#options;
    const aside = this.#asides.get(task.id);
    this.#asides.delete(task.id);
    timers.cancel(aside?.limit);
    timers.cancel(aside?.pause);
    if (task.state.status === 'RUNNING') aside?.context?._markCancelled(reasonOf(state));
    this.#due.delete(task);
    task.state = state;
  }
}

export function isOpen({ state }: TestTask): boolean {
  return state.status === 'PENDING' || state.status === 'RUNNING';
}

function reasonOf(state: TaskState): string | undefined {
  if (state.status === 'CANCELLED') return state.reason;
  return state.status === 'FAILED' ? state.error : undefined;
}

/** What a server fills in where nothing was said. */
function retryPolicy(given: Partial<RetryPolicy> = {}): RetryPolicy {
  return {
    maxRetries: given.maxRetries ?? defaultRetries,
    initialDelayMs: given.initialDelayMs ?? 0,
    maxDelayMs: given.maxDelayMs ?? 86_400_000,
    multiplier: given.multiplier ?? 2,
  };
}

function retryDelayMs({ initialDelayMs, maxDelayMs, multiplier }: RetryPolicy, attempt: number): number {
  const delay = initialDelayMs * multiplier ** (attempt - 1);
  return Math.min(Number.isFinite(delay) ? Math.round(delay) : maxDelayMs, maxDelayMs);
}
