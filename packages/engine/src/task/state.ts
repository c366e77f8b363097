import type { Json, RetryPolicy } from '@flovyn/protocol';
import type { Claim } from '../execution/state.js';
import type { ExecutionId, OrgId, TaskId } from '../ids.js';

interface TaskFixed {
  readonly id: TaskId;
  readonly orgId: OrgId;
  /** The workflow execution that scheduled it; absent for a standalone task. */
  readonly workflowExecutionId?: ExecutionId | undefined;
  readonly kind: string;
  readonly queue: string;
  readonly input: Json;
  readonly metadata: Json;
  readonly retry: RetryPolicy;
  readonly timeoutMs?: number | undefined;
  readonly prioritySeconds: number;
  readonly idempotencyKey?: string | undefined;
  readonly createdAt: number;
}

interface TaskMoving {
  /** The number of the fact that scheduled it: the order of a workflow's tasks. 0 for a standalone task. */
  readonly scheduledSequence: number;
  /** Attempts begun so far; the running one included. */
  readonly executionCount: number;
  /** Those of them that do not count against the policy: their work was handed back, or never arrived. */
  readonly uncounted?: number | undefined;
  /** When the first attempt began. */
  readonly startedAt?: number | undefined;
  readonly progress?: number | undefined;
  readonly progressDetails?: string | undefined;
  readonly lastHeartbeatAt?: number | undefined;
  /** The stream position just before the latest attempt's TASK_STARTED. */
  readonly attemptFrom?: { readonly epoch: string; readonly seq: number } | undefined;
  /** The token with which its holder ended the latest attempt, so that a repeat of the end is recognised. */
  readonly lastToken?: string | undefined;
  readonly workerId?: string | undefined;
}

/** A running attempt's own record. */
export interface RunningAttempt {
  readonly claim: Claim;
  readonly attemptStartedAt: number;
  /** Entries of this attempt stored so far: the number the next one must have. */
  readonly entries: number;
}

/** A task's record: the members of its status; those of others are absent or `undefined`. */
export type TaskState = TaskFixed &
  TaskMoving &
  (
    | {
        readonly status: 'PENDING';
        /** Not to be claimed before this instant. */
        readonly dueAt?: number;
        /** Why the attempt before failed. */
        readonly error?: string;
      }
    | ({ readonly status: 'RUNNING' } & RunningAttempt)
    | {
        readonly status: 'COMPLETED';
        readonly output: Json;
        readonly attemptStartedAt?: number;
        readonly completedAt: number;
      }
    | {
        readonly status: 'FAILED';
        readonly error: string;
        /** Its time was over. */
        readonly timedOut?: true;
        readonly attemptStartedAt?: number;
        readonly completedAt: number;
      }
    | {
        readonly status: 'CANCELLED';
        readonly reason: string;
        readonly attemptStartedAt?: number;
        readonly completedAt: number;
      }
  );

/** What creates a task. */
export type NewTask = TaskFixed & { readonly dueAt?: number };

export function isOpenTask(task: TaskState): boolean {
  return task.status === 'PENDING' || task.status === 'RUNNING';
}

/** An attempt that ended without ending its task. The latest attempt is described by the task itself. */
export interface EndedAttempt {
  readonly taskId: TaskId;
  readonly attempt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly status: 'FAILED' | 'TIMEOUT' | 'CANCELLED';
  readonly error: string;
  readonly workerId: string;
}
