import type { HeldAttempt, TaskAssigned } from '@flovyn/protocol/grpc';
import type { Logger, TaskDefinition } from '../types.js';
import { Attempt } from './attempt.js';
import type { Insistence } from './insistence.js';
import type { TaskEnd } from './instance.js';
import type { AttemptOutcome } from './run-task.js';
import type { OutputSession } from './stream-sender.js';
import { TurnoverMap } from './turnover-map.js';

export interface TaskWorkerOptions {
  readonly session: OutputSession;
  readonly insistence: Pick<Insistence, 'request'>;
  readonly definitions: ReadonlyMap<string, TaskDefinition>;
  readonly logger: Logger;
  /** For the words of task code; the console, with kind and id, when absent. */
  readonly taskLogger: Logger | undefined;
  /** Offers the end of a task to the workflow that waits for it, if that is here. */
  readonly offer: (workflowExecutionId: string, end: TaskEnd) => boolean;
  readonly onReceived?: (taskExecutionId: string) => void;
  readonly onEnded?: (taskExecutionId: string, durationMs: number, error: string | undefined) => void;
}

/** Runs the attempts this worker was given. */
export class TaskWorker {
  readonly #options: TaskWorkerOptions;
  /** Attempts whose end the server has not confirmed, by claim. */
  readonly #attempts = new TurnoverMap<string, Attempt>();
  #idle: (() => void) | undefined;

  constructor(options: TaskWorkerOptions) {
    this.#options = options;
  }

  get active(): number {
    return this.#attempts.size;
  }

  assign(assigned: TaskAssigned): void {
    const definition = this.#options.definitions.get(assigned.kind);
    if (definition === undefined) {
      const { taskExecutionId, workflowExecutionId, claimToken, kind } = assigned;
      const reason = `This worker has no task "${kind}"`;
      const value = { taskExecutionId, workflowExecutionId, claimToken, reason };
      const what = `The return of an attempt of task "${kind}" (${taskExecutionId})`;
      const subject = { workType: 'task', executionId: taskExecutionId, what } as const;
      this.#options.insistence.request({ kind: 'attemptReleased', value }, subject, () => undefined);
      return;
    }
    this.#options.onReceived?.(assigned.taskExecutionId);
    void this.#run(assigned, definition);
  }

  cancel(claimToken: string, reason: string): void {
    this.#attempts.get(claimToken)?.cancel(reason);
  }

  /** What a new connection is told. */
  held(): HeldAttempt[] {
    return Array.from(this.#attempts.values(), ({ ref }) => ({ ...ref }));
  }

  reconnected(lostTokens: ReadonlySet<string>): void {
    for (const token of lostTokens) this.#attempts.get(token)?.lose();
  }

  /** Resolves when no attempt is left. */
  async whenIdle(): Promise<void> {
    if (this.#attempts.size > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  /** Hands everything back that still runs. */
  releaseAll(reason: string): void {
    for (const attempt of this.#attempts.values()) attempt.release(reason);
    this.#attempts.clear();
  }

  /** Nobody can be told of anything that still runs: it hears that it is not ours any more. */
  abandonAll(): void {
    for (const attempt of this.#attempts.values()) attempt.lose();
    this.#attempts.clear();
  }

  async #run(assigned: TaskAssigned, definition: TaskDefinition): Promise<void> {
    const { session, insistence, logger, taskLogger, offer, onEnded } = this.#options;
    const attempt = new Attempt({
      assigned,
      definition,
      session,
      insistence,
      logger,
      taskLogger,
      offer: (end) => offer(assigned.workflowExecutionId, end),
    });
    this.#attempts.set(assigned.claimToken, attempt);
    const startedAt = performance.now();
    const outcome = await attempt.run();
    if (this.#attempts.get(assigned.claimToken) === attempt) this.#attempts.delete(assigned.claimToken);
    if (outcome !== undefined) onEnded?.(assigned.taskExecutionId, performance.now() - startedAt, errorOf(outcome));
    if (this.#attempts.size === 0) this.#idle?.();
  }
}

function errorOf(outcome: AttemptOutcome): string | undefined {
  if (outcome.type === 'completed') return undefined;
  return outcome.type === 'failed' ? outcome.error : outcome.reason;
}
