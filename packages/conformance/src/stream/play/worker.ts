import { randomUUID } from 'node:crypto';
import { TaskCapability, type TaskExecutionInfo, WorkflowCapability, type WorkflowStatus } from '@flovyn/protocol/grpc';
import type { Caller } from '../../wire/caller.js';
import type { ForeignCommand } from '../../wire/commands.js';

/** What a worker of a case can do, and where it looks for work. */
export interface WorkerOptions {
  readonly queue: string;
  readonly workflows: readonly string[];
  readonly tasks: readonly string[];
}

/** A worker driven by hand, by single calls as workers in any language make them. */
export interface HandWorker {
  /** Takes work until a turn of this execution is among it. */
  takeTurn(executionId: string, limit: AbortSignal): Promise<void>;
  /** Takes work until an attempt of this kind of task is among it. @returns the id of the task. */
  takeAttempt(kind: string, limit: AbortSignal): Promise<string>;
  submit(executionId: string, commands: readonly ForeignCommand[], status: WorkflowStatus): Promise<void>;
}

/** 5 s: a server may hold a poll for a shorter time. */
const HOLD_S = 5;

/** Registers a worker. It lives as long as its case. */
export async function connectHandWorker(caller: Caller, options: WorkerOptions): Promise<HandWorker> {
  const { queue, workflows, tasks } = options;
  const { orgId } = caller;
  const workerId = `stream-${randomUUID()}`;
  const { success, error } = await caller.registerWorker({
    workerName: workerId,
    workerVersion: '1.0.0',
    workerType: 'UNIFIED',
    orgId,
    hostName: 'elsewhere',
    processId: '1',
    workflows: workflows.map((kind) => WorkflowCapability.fromPartial({ kind, name: kind, version: '1.0.0' })),
    tasks: tasks.map((kind) => TaskCapability.fromPartial({ kind, name: kind })),
  });
  if (!success) throw new Error(`the worker was not registered: ${error ?? 'no reason was given'}`);

  const poll = { workerId, orgId, queue, timeoutSeconds: HOLD_S };
  const turns = new Set<string>();
  const attempts: TaskExecutionInfo[] = [];

  /** Polls until what was taken has what is wanted; what is not wanted yet is kept. */
  const takeUntil = async <Value>(
    what: string,
    look: () => Value | undefined,
    takeMore: (signal: AbortSignal) => Promise<void>,
    limit: AbortSignal,
  ): Promise<Value> => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (limit.aborted) throw new Error(`waited in vain for ${what}`);
      await takeMore(limit).catch((error: unknown) => {
        if (!limit.aborted) throw error;
      });
    }
  };

  return {
    async takeTurn(id, limit) {
      const look = (): true | undefined => (turns.delete(id) ? true : undefined);
      const takeMore = async (signal: AbortSignal): Promise<void> => {
        const { workflowExecution } = await caller.pollWorkflow({ ...poll, workflowCapabilities: [] }, { signal });
        if (workflowExecution !== undefined) turns.add(workflowExecution.id);
      };
      await takeUntil(`a turn of ${id}`, look, takeMore, limit);
    },
    async takeAttempt(kind, limit) {
      const look = (): TaskExecutionInfo | undefined => {
        const index = attempts.findIndex((attempt) => attempt.kind === kind);
        return index === -1 ? undefined : attempts.splice(index, 1)[0];
      };
      const takeMore = async (signal: AbortSignal): Promise<void> => {
        const { task } = await caller.pollTask(poll, { signal });
        if (task !== undefined) attempts.push(task);
      };
      return (await takeUntil(`an attempt of ${kind}`, look, takeMore, limit)).taskExecutionId;
    },
    async submit(workflowExecutionId, commands, status) {
      // Numbered from 1 in every turn, as some published workers do: then no history is needed.
      const numbered = commands.map((command, index) => ({ ...command, sequenceNumber: index + 1 }));
      await caller.submitWorkflowCommands({ workflowExecutionId, commands: numbered, status });
    },
  };
}
