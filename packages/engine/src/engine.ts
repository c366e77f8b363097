import type { Command, Json, Outcome, RecordedEvent, RetryPolicy } from '@flovyn/protocol';
import type { RequestOnce } from './change.js';
import type { WorkflowState } from './execution/state.js';
import type { ExecutionId, OrgId, SessionId, TaskId } from './ids.js';
import type { TaskLog, TaskOutput } from './occurrence.js';
import type { PromiseRef, StreamEntry } from './ports/store.js';

/**
 * The use cases, each one change of one execution. Every method resolves after its effect is durable and rejects with a
 * `ServiceError` when nothing was changed.
 */
export interface Engine {
  startWorkflow(request: StartWorkflowRequest): Promise<Started>;
  startTask(request: StartTaskRequest): Promise<Started>;
  /** A child of an execution that exists, started from outside of its code. NOT_FOUND when there is no such parent. */
  startChild(request: StartChildRequest): Promise<Started>;
  /** NOT_FOUND, FAILED_PRECONDITION when the execution has ended, RESOURCE_EXHAUSTED past the limit of signals. */
  signalWorkflow(request: SignalRequest): Promise<Signalled>;
  /**
   * Signals the open execution a key stands for, or starts one that has the signal from its first moment: one change, so
   * that two callers at once start one execution and leave two signals.
   */
  signalWithStart(request: SignalWithStartRequest): Promise<Signalled & { readonly id: ExecutionId; created: boolean }>;
  /** Asks an execution to stop, once; FAILED_PRECONDITION when it has ended. */
  cancelWorkflow(request: CancelRequest): Promise<void>;
  /** Opens a FAILED execution again: its code runs on from its history. FAILED_PRECONDITION in any other status. */
  retryWorkflow(request: Once & { orgId: OrgId; id: ExecutionId; note: string }): Promise<void>;
  /** The first settling counts; later ones change nothing. NOT_FOUND, FAILED_PRECONDITION when the execution has ended. */
  settlePromise(request: SettleRequest): Promise<{ readonly promiseId: string; readonly already: boolean }>;
  /**
   * Asks the code of an execution, through a session worker that can run it: the one with its live instance, else one that
   * replays it. Nothing is recorded. `undefined` when no such worker is connected; a refusal of the code is an answer.
   */
  queryWorkflow(request: QueryRequest): Promise<QueryAnswer | undefined>;
  /** PENDING or RUNNING becomes CANCELLED; a task of a workflow needs the execution it belongs to. */
  cancelTask(request: Once & { orgId: OrgId; id: TaskId; executionId?: ExecutionId; reason: string }): Promise<void>;
  /** Standalone tasks: a FAILED one is tried again, its stream goes on. */
  retryTask(request: Once & { orgId: OrgId; id: TaskId; note: string }): Promise<void>;
  /** Standalone tasks: a PENDING one is removed with everything it had. */
  deleteTask(request: { orgId: OrgId; id: TaskId }): Promise<void>;
  readonly sessions: Sessions;
  readonly unary: UnaryDoor;
  readonly streams: Streams;
  readonly loops: Loops;
  /**
   * Makes sure that the workers of this process still hold what they are taken to hold. To be called now and then where
   * other processes end claims too: what they say about it may be lost.
   */
  lookAtClaims(): Promise<void>;
  /** What waits to be written, for health: the age of the oldest in milliseconds, 0 when nothing waits. */
  oldestWaitMs(): number;
  /** How many changes and how many bytes wait to be written: the measure a door slows its senders by. */
  backlog(): { readonly changes: number; readonly bytes: number };
  /** Who works here at this moment. */
  present(): Present;
  /** How much ready work waits in the store. A look at the store, for those who operate it. */
  waiting(): Promise<Waiting>;
  /** Refuses new changes, waits for those under way, stops. */
  close(): Promise<void>;
}

/** The workers of this process. */
export interface Present {
  /** Sessions that are connected. */
  readonly sessions: number;
  /** Workers that make single calls and were heard of lately, one for each of their connections. */
  readonly singles: number;
  /** Polls that wait for work. */
  readonly polls: number;
}

/** Ready work, counted up to 10,000 pieces of a kind in a queue. `unserved`: that of kinds which nobody present takes. */
export type Waiting = Readonly<Record<'workflow' | 'task', { readonly ready: number; readonly unserved: number }>>;

/** A request that is carried out once, however often it is sent with the same identity: every time is answered alike. */
export interface Once {
  readonly once?: RequestOnce | undefined;
}

export interface StartWorkflowRequest extends Once {
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

export interface StartChildRequest {
  readonly orgId: OrgId;
  readonly parentId: ExecutionId;
  readonly name: string;
  readonly kind: string;
  readonly input: Json;
  /** Empty or `default`: the queue of the parent. */
  readonly queue: string;
  readonly prioritySeconds: number;
}

export interface Signal {
  readonly signalName: string;
  readonly signalValue: Json;
}

export interface SignalRequest extends Signal, Once {
  readonly orgId: OrgId;
  readonly id: ExecutionId;
}

export interface Signalled {
  /** The number of the signal in the history. */
  readonly sequence: number;
  /** Whether the execution was waiting and goes on. */
  readonly resumed: boolean;
}

export interface SignalWithStartRequest extends Omit<StartWorkflowRequest, 'id' | 'idempotency'>, Signal {
  readonly key: { readonly key: string; readonly ttlSeconds: number };
}

export interface CancelRequest extends Once {
  readonly orgId: OrgId;
  readonly id: ExecutionId;
  readonly reason: string;
  readonly requestedBy: string;
}

export interface QueryRequest {
  readonly orgId: OrgId;
  readonly id: ExecutionId;
  readonly name: string;
  readonly params: Json;
  /** How long the worker may take. */
  readonly timeoutMs: number;
}

export type QueryAnswer = { readonly result: Json } | { readonly error: string };

export interface SettleRequest extends Once {
  readonly orgId: OrgId;
  /** By its UUID, by its name in an execution, or by the idempotency key it was made with. */
  readonly promise: PromiseRef | { readonly key: string };
  readonly outcome:
    | { readonly type: 'resolved'; readonly value: Json }
    | { readonly type: 'rejected'; readonly error: string };
}

export interface StartTaskRequest extends Once {
  readonly orgId: OrgId;
  readonly id?: TaskId;
  /** The execution it is a task of; absent for a standalone task. Its code does not wait for it. */
  readonly workflowExecutionId?: ExecutionId;
  readonly timeoutMs?: number;
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

/** Work given to a worker. */
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
      readonly prioritySeconds: number;
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
  | { readonly type: 'attempt-cancelled'; readonly taskId: TaskId; readonly token: string; readonly reason: string }
  | {
      /** A question to the code of an execution, which may not command. */
      readonly type: 'query';
      readonly queryId: string;
      readonly executionId: ExecutionId;
      readonly name: string;
      readonly params: Json;
      /** For a worker that does not hold the instance: all it needs to replay one. */
      readonly replay: Replay | undefined;
    };

/** An execution as a stranger to it needs it, without a claim. */
export interface Replay {
  readonly kind: string;
  readonly orgId: OrgId;
  readonly queue: string;
  readonly input: Json;
  readonly workflowVersion: string | undefined;
  readonly parentId: ExecutionId | undefined;
  readonly events: readonly RecordedEvent[];
  readonly createdAt: number;
}

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
  /** False when nobody waits for the answer (any more). */
  answerQuery(queryId: string, answer: QueryAnswer): boolean;
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

/**
 * What workers do that make single calls instead of keeping a session: the published SDKs. They name no claim, so what they
 * say is judged by the status alone: a RUNNING turn or attempt that was given to one of them. Every call is a sign of life.
 */
export interface UnaryDoor {
  /**
   * Waits for work and claims it. `undefined` when there was none, or when `signal` said meanwhile that
   * nobody waits any more: whatever was claimed then is handed back.
   */
  poll(request: PollRequest): Promise<Polled | undefined>;
  /** A call came from a worker. `heartbeat`: it is one that says so by itself, and need not be waited for long. */
  heard(caller: UnaryCaller, heartbeat?: boolean): void;
  /** A worker registered: its claims of before are judged apart from those it makes from now on. */
  registered(caller: UnaryCaller & { readonly worker: string }, process: string): void;
  /**
   * All facts of a workflow execution; undefined when there is none of this id. Who has just polled a turn is given them as
   * they were then, if this process knows of none since.
   */
  history(call: UnaryCaller & { readonly executionId: ExecutionId }): Promise<readonly RecordedEvent[] | undefined>;
  /** All commands of a turn and how it ended; without an outcome it goes on. Resolves to what the execution has become. */
  submitTurn(turn: UnaryTurn): Promise<WorkflowState | undefined>;
  completeTask(request: TaskCall & { readonly output: Json }): Promise<void>;
  failTask(request: TaskCall & { readonly error: string }): Promise<void>;
  cancelTask(request: TaskCall & { readonly reason: string }): Promise<void>;
  /** LEASE_LOST when the attempt is over: that is how a worker learns that its task was cancelled. */
  heartbeatTask(request: TaskCall): Promise<void>;
  log(request: TaskCall & TaskLog): Promise<void>;
  /** Resolves to whether it was written: what comes after the end of the attempt is passed over. */
  stream(request: TaskCall & { readonly output: TaskOutput }): Promise<boolean>;
}

/** Who makes a call. */
export interface UnaryCaller {
  readonly orgId: OrgId;
  /** The worker's id; where it says its name, the id that follows from it. Most calls say neither. */
  readonly worker?: string | undefined;
  /** Names the connection the call came on. */
  readonly peer: string;
}

export interface TaskCall extends UnaryCaller {
  readonly taskId: TaskId;
}

export interface PollRequest extends UnaryCaller {
  readonly worker: string;
  readonly type: 'workflow' | 'task';
  readonly queue: string;
  /** What it can do; `undefined` takes everything. */
  readonly kinds: readonly string[] | undefined;
  /** How long it waits at most. */
  readonly holdMs: number;
  /** So long, if that is longer, for a worker that has had nothing to do for four times as long. */
  readonly idleHoldMs?: number;
  readonly signal: AbortSignal;
}

export interface Polled {
  readonly work: Extract<HandOver, { type: 'activation' | 'task' }>;
  /** The answer did not arrive: the work goes round again, as if it had not been claimed. */
  putBack(): Promise<void>;
}

export interface UnaryTurn extends UnaryCaller {
  readonly executionId: ExecutionId;
  readonly commands: readonly Command[];
  readonly outcome: Outcome | undefined;
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

/** What was committed, as it is committed. */
export interface Streams {
  /**
   * Calls `listener` with the entries of one execution after each commit that wrote some. Those of this process come in
   * order and without holes from the first call on. Copies of what other processes commit may be late, doubled, out of
   * order or missing; an empty list says that there is something which only the log has. Returns how to stop. The entries
   * of one commit are one array, shared by all listeners.
   */
  subscribe(id: ExecutionId, listener: (entries: readonly StreamEntry[]) => void): () => void;
  /**
   * The same for an execution without a parent and all its descendants, in the order of the stream of the whole family,
   * each entry with its place there; an execution that is alone has none but its own. A commit whose answer was lost is
   * not told: the next one shows a hole.
   */
  subscribeFamily(rootId: ExecutionId, listener: (entries: readonly StreamEntry[]) => void): () => void;
  /** Everything that lists show, state events and progress, of an organisation: one array per commit, unsorted between executions. */
  subscribeOrg(orgId: OrgId, listener: (entries: readonly StreamEntry[]) => void): () => void;
  /**
   * Resolves when whoever has subscribed so far hears of other processes too: what they committed earlier is in the log
   * then, and what they commit later is told. At once where there are none.
   */
  settled(): Promise<void>;
}

/** Work that time makes. Each `tick` does what is due now and resolves to when it wants to be called again. */
export interface Loops {
  /** Delayed tasks become ready. */
  readonly timers: Loop;
  /** Silent sessions lose their claims. */
  readonly leases: Loop;
  /** Ready work is offered to sessions with room, also when every wake-up was lost. */
  readonly dispatch: Loop;
  /** Stream entries that are kept no longer are removed. */
  readonly retention: Loop;
}

export interface Loop {
  /** Resolves to how many milliseconds to wait before the next call, at most. */
  tick(): Promise<number>;
  /** Calls `wake` when the next tick should come earlier than it said. Returns how to stop. */
  onWake(wake: () => void): () => void;
}
