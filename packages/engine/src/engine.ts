import type { Command, Json, Outcome, RecordedEvent, RetryPolicy } from '@flovyn/protocol';
import type { ExecutionId, OrgId, SessionId, TaskId } from './ids.js';
import type { TaskLog, TaskOutput } from './occurrence.js';
import type { StreamEntry } from './ports/store.js';

/**
 * The use cases, each one change of one execution. Every method resolves after its effect is durable and rejects with a
 * `ServiceError` when nothing was changed.
 */
export interface Engine {
  startWorkflow(request: StartWorkflowRequest): Promise<Started>;
  startTask(request: StartTaskRequest): Promise<Started>;
  /** Standalone tasks: PENDING or RUNNING becomes CANCELLED. */
  cancelTask(request: { orgId: OrgId; id: TaskId; reason: string }): Promise<void>;
  /** Standalone tasks: a FAILED one is tried again, its stream goes on. */
  retryTask(request: { orgId: OrgId; id: TaskId; note: string }): Promise<void>;
  /** Standalone tasks: a PENDING one is removed with everything it had. */
  deleteTask(request: { orgId: OrgId; id: TaskId }): Promise<void>;
  readonly sessions: Sessions;
  readonly streams: Streams;
  readonly loops: Loops;
  /** What waits to be written, for health: the age of the oldest in milliseconds, 0 when nothing waits. */
  oldestWaitMs(): number;
  /** How many changes and how many bytes wait to be written: the measure a door slows its senders by. */
  backlog(): { readonly changes: number; readonly bytes: number };
  /** Refuses new changes, waits for those under way, stops. */
  close(): Promise<void>;
}

export interface StartWorkflowRequest {
  readonly orgId: OrgId;
  /** Chosen by a caller who may repeat the request; otherwise a new one is made. */
  readonly id?: ExecutionId;
  readonly kind: string;
  readonly input: Json;
  readonly queue: string;
  readonly prioritySeconds?: number;
  readonly workflowVersion?: string;
  readonly metadata?: Json;
  readonly idempotency?: { readonly key: string; readonly ttlSeconds: number };
}

export interface StartTaskRequest {
  readonly orgId: OrgId;
  readonly id?: TaskId;
  readonly kind: string;
  readonly input: Json;
  readonly queue: string;
  readonly retry?: Partial<RetryPolicy>;
  readonly prioritySeconds?: number;
  readonly metadata?: Json;
  /** Epoch milliseconds; not claimed before. */
  readonly scheduledAt?: number;
  readonly idempotency?: { readonly key: string; readonly ttlSeconds: number };
}

export interface Started {
  readonly id: ExecutionId;
  /** False when an idempotency key, or a repeat of the same id, led to something that was there already. */
  readonly created: boolean;
  /** When this call was carried out, for what an idempotency key led to: its record says when it was created. */
  readonly createdAt: number;
}

/** Workers of this process: who is connected, what they can take, what they hold. */
export interface Sessions {
  open(request: OpenSession): Promise<OpenedSession>;
}

export interface OpenSession {
  readonly orgId: OrgId;
  readonly workerId: string;
  readonly workerName: string;
  readonly queue: string;
  readonly workflowKinds: readonly string[];
  readonly taskKinds: readonly string[];
  readonly workflowCapacity: number;
  readonly taskCapacity: number;
  /** After a cut: what the worker says it still has. */
  readonly resume?: {
    readonly sessionId: SessionId;
    readonly turns: readonly { readonly executionId: ExecutionId; readonly token: string }[];
    readonly attempts: readonly {
      readonly executionId: ExecutionId;
      readonly taskId: TaskId;
      readonly token: string;
    }[];
  };
  readonly instances: readonly { readonly executionId: ExecutionId; readonly sequence: number }[];
  /** Called after the commit that made the claim. Must not throw. */
  readonly deliver: (work: HandOver) => void;
  /** Called when the worker was silent for too long: what it had goes to others, and it may connect anew. Must not throw. */
  readonly lost?: () => void;
}

export interface OpenedSession {
  readonly session: WorkerSession;
  readonly resumed: boolean;
  readonly lostTokens: readonly string[];
}

/** Work given to a session. */
export type HandOver =
  | {
      readonly type: 'activation';
      readonly executionId: ExecutionId;
      readonly token: string;
      readonly kind: string;
      readonly orgId: OrgId;
      readonly queue: string;
      /** Absent when the session holds the instance. */
      readonly input: Json | undefined;
      readonly workflowVersion: string | undefined;
      readonly parentId: ExecutionId | undefined;
      readonly afterSequence: number;
      /** Following `afterSequence` without a hole; may end before `sequence` when the history is long. */
      readonly events: readonly RecordedEvent[];
      readonly sequence: number;
      readonly createdAt: number;
    }
  | {
      readonly type: 'task';
      readonly taskId: TaskId;
      /** Absent for a standalone task. */
      readonly workflowExecutionId: ExecutionId | undefined;
      readonly executionId: ExecutionId;
      readonly token: string;
      readonly kind: string;
      readonly input: Json;
      readonly attempt: number;
      readonly maxRetries: number;
      readonly timeoutMs: number | undefined;
      readonly queue: string;
    }
  | { readonly type: 'attempt-cancelled'; readonly taskId: TaskId; readonly token: string; readonly reason: string };

/** One worker session: what its worker may do with the claims it holds. */
export interface WorkerSession {
  readonly id: SessionId;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** Any frame of the worker counts. */
  heard(): void;
  setCapacity(capacity: { workflows: number; tasks: number }): void;
  completeTurn(turn: Turn): Promise<{ readonly sequence: number }>;
  releaseTurn(turn: { executionId: ExecutionId; token: string; reason: string }): Promise<void>;
  /** Stored events of an execution whose turn this session holds, at most `limit`, and the input. */
  history(request: { executionId: ExecutionId; token: string; after: number; limit: number }): Promise<{
    readonly events: readonly RecordedEvent[];
    readonly sequence: number;
    readonly input: Json;
  }>;
  dropInstance(executionId: ExecutionId): void;
  completeAttempt(attempt: AttemptEnd & { output: Json }): Promise<AttemptAnswer>;
  failAttempt(attempt: AttemptEnd & { error: string; retryable: boolean; cancelled: boolean }): Promise<AttemptAnswer>;
  releaseAttempt(attempt: AttemptRef & { reason: string }): Promise<void>;
  /** Resolves to how many entries of the attempt are stored. Entries stored before are passed over. */
  appendEntries(
    entries: AttemptRef & { first: number; output: readonly TaskOutput[] },
  ): Promise<{ readonly stored: number }>;
  log(log: AttemptRef & TaskLog): Promise<void>;
  heartbeatAttempt(attempt: AttemptRef): Promise<void>;
  /** The connection broke: what the session holds stays its own for a short while. */
  disconnected(): void;
  /** The worker said goodbye: everything it still holds goes back at once. */
  close(): Promise<void>;
}

export interface Turn {
  readonly executionId: ExecutionId;
  /** Empty for a speculative turn. */
  readonly token: string;
  readonly turnId: string;
  readonly seenSequence: number;
  readonly commands: readonly Command[];
  readonly outcome: Outcome;
  readonly speculative: boolean;
}

export interface AttemptRef {
  readonly executionId: ExecutionId;
  readonly taskId: TaskId;
  readonly token: string;
}

export interface AttemptEnd extends AttemptRef {
  /** How many entries the worker sent in this attempt. When fewer are stored the end is refused, with how many are. */
  readonly entries: number;
  /** How many more the worker had to give up: recorded as lost. */
  readonly lostEntries: number;
  readonly speculation?: { readonly expectedSequence: number } | undefined;
}

export interface AttemptAnswer {
  /** The history number of the task's end; 0 where there is none. */
  readonly sequence: number;
  readonly speculationHeld: boolean;
}

/** Streams of this process: what was committed, as it is committed. */
export interface Streams {
  /**
   * Calls `listener` with the entries of one execution after each commit that wrote some, in order, without holes from
   * the first call on. Returns how to stop. The entries of one commit are one array, shared by all listeners.
   */
  subscribe(id: ExecutionId, listener: (entries: readonly StreamEntry[]) => void): () => void;
}

/** Work that time makes. Each `tick` does what is due now and resolves to when it wants to be called again. */
export interface Loops {
  /** Delayed tasks become ready. */
  readonly timers: Loop;
  /** Silent sessions lose their claims. */
  readonly leases: Loop;
  /** Ready work is offered to sessions with room, also when every wake-up was lost. */
  readonly dispatch: Loop;
}

export interface Loop {
  /** Resolves to how many milliseconds to wait before the next call, at most. */
  tick(): Promise<number>;
  /** Calls `wake` when the next tick should come earlier than it said. Returns how to stop. */
  onWake(wake: () => void): () => void;
}
