import type { WorkType } from './lifecycle-events.js';

/**
 * What a worker has done since it started. An end counts, once, when the server's word arrives that it is stored, however
 * many connections that takes; others may hear of the end a moment before that.
 */
export interface WorkerMetrics {
  /** Executions that ended here, the failed and the cancelled ones too. */
  readonly workflowsExecuted: number;
  /** Executions that have a turn here at this moment; one that waits has none. */
  readonly workflowsInProgress: number;
  /**
   * Attempts that ended here, the failed and the cancelled ones too. Every attempt that was given to this worker is among
   * these, or in `tasksInProgress`, or not this worker's any more: handed back, or lost with its lease.
   */
  readonly tasksExecuted: number;
  /** Attempts whose end is not stored yet, as far as this worker knows. */
  readonly tasksInProgress: number;
  /**
   * Executions that failed or were cancelled here, and every time that one of their turns could not be played or stored
   * and had to be tried again.
   */
  readonly workflowErrors: number;
  /** Attempts that failed or were cancelled here, and every time that their end could not be stored yet. */
  readonly taskErrors: number;
  /** From when an execution came to this worker to its end, its waits included; 0 before the first. */
  readonly avgWorkflowDurationMs: number;
  /** From when an attempt was given to this worker until the server had its result; 0 before the first. */
  readonly avgTaskDurationMs: number;
  /** Since the server first knew the worker. */
  readonly uptimeMs: number;
}

interface Tally {
  executed: number;
  errors: number;
  totalMs: number;
}

/** Counts finished work. */
export class WorkMeter {
  readonly #tallies: Record<WorkType, Tally> = {
    workflow: { executed: 0, errors: 0, totalMs: 0 },
    task: { executed: 0, errors: 0, totalMs: 0 },
  };

  /** What failed counts as executed and as an error, and in the average. */
  ended(workType: WorkType, durationMs: number, hasFailed: boolean): void {
    const tally = this.#tallies[workType];
    tally.executed += 1;
    tally.totalMs += durationMs;
    if (hasFailed) tally.errors += 1;
  }

  /** What is tried again counts as an error only. */
  setBack(workType: WorkType): void {
    this.#tallies[workType].errors += 1;
  }

  metrics(now: {
    readonly workflowsInProgress: number;
    readonly tasksInProgress: number;
    readonly uptimeMs: number;
  }): WorkerMetrics {
    const { workflow, task } = this.#tallies;
    return {
      workflowsExecuted: workflow.executed,
      tasksExecuted: task.executed,
      workflowErrors: workflow.errors,
      taskErrors: task.errors,
      avgWorkflowDurationMs: average(workflow),
      avgTaskDurationMs: average(task),
      ...now,
    };
  }
}

function average({ executed, totalMs }: Tally): number {
  return executed === 0 ? 0 : totalMs / executed;
}
