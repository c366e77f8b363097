import type { Json, RecordedEvent } from '@flovyn/protocol';
import type { WorkflowState } from '../execution/state.js';
import type { ExecutionId, OrgId, SessionId, TaskId } from '../ids.js';
import type { TaskLog } from '../occurrence.js';
import type { EndedAttempt, TaskState } from '../task/state.js';
import type { Wait, WaitRef } from '../wait/state.js';
import type { Retention } from './retention.js';
import type { StreamTicketStore } from './stream-tickets.js';
import type { WorkerTokenStore } from './worker-tokens.js';
import type { WorkerStore } from './workers.js';

/**
 * Where everything durable lives. An adapter keeps rows; it decides nothing. All writing goes through `commit`, and one
 * process has at most one `commit` or `load` under way at a time (its lane).
 */
export interface Store {
  /**
   * Reads executions for deciding: the record, its open tasks and waits, and those named. Unknown ids are absent from the
   * answer. Waits up to two seconds for a connection that is being made. With `lock`, the rows stay locked (in the order
   * of their ids) until the next `commit` or `unlock`.
   *
   * @throws {ServiceError} UNAVAILABLE when the database cannot be reached.
   */
  load(wanted: readonly Wanted[], options: { readonly lock: boolean }): Promise<Loaded>;

  /** Lets go of what `load` locked, when there is nothing to write. */
  unlock(): Promise<void>;

  /**
   * Writes a batch whole, durably, or not at all. A batch whose `durability` is `output` may be lost by a crash of the
   * database (never by one of ours); every other batch, and all before it, may not.
   *
   * @throws {CommitConflict} when an execution's version, a number of its history or stream, or a key has been taken by
   * somebody else. Nothing is stored.
   * @throws {ServiceError} UNAVAILABLE when the connection was lost: the batch may or may not be stored. A connection that
   * is lost while nothing is under way makes the next `load` or `commit` fail so, once. So whoever keeps executions in
   * memory hears of every loss, and lets go of all of them: the database may have come back with less output than they know.
   *
   * @returns the numbers that the batch's entries were given in the streams of their families, for `families.runs`.
   */
  commit(batch: CommitBatch): Promise<readonly NumberedRun[]>;

  /**
   * Reserves up to `limit` pieces of ready work that one of the kinds can do, oldest first (creation minus priority), for
   * this process for `holdMs`: nobody else is offered them meanwhile. The claim itself is a change of the execution.
   */
  reserve(request: ReserveRequest): Promise<readonly ReadyWork[]>;

  /** Reserved work is offered to everybody again. */
  release(id: string): Promise<void>;

  /** The lines in which ready work stands, at most `limit` of them. Also those of which all work is reserved. */
  readyLines(limit: number): Promise<readonly ReadyLine[]>;

  /** How much work stands in each line, reserved work included: at most `lines` lines, each counted up to `most`. */
  readyCounts(limits: { readonly lines: number; readonly most: number }): Promise<readonly ReadyCount[]>;

  /** What is due at `now`, soonest first. Two processes may see the same; what it does is a change that happens once. */
  dueTimers(now: number, limit: number): Promise<readonly DueTimer[]>;

  /** The instant of the next timer after `now`, if there is one. */
  nextTimer(now: number): Promise<number | undefined>;

  readonly sessions: SessionStore;
  readonly queries: Queries;
  readonly streams: StreamLog;
  readonly families: FamilyLog;
  readonly retention: Retention;
  readonly orgs: OrgStore;
  readonly workers: WorkerStore;
  readonly workerTokens: WorkerTokenStore;
  readonly streamTickets: StreamTicketStore;
  readonly taskState: TaskStateStore;

  /** Resolves when a round trip to the database succeeds; rejects with UNAVAILABLE otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Stored nothing: what the batch was decided on has changed. */
export class CommitConflict extends Error {
  override readonly name = 'CommitConflict';
}

export interface Wanted {
  readonly id: ExecutionId;
  readonly taskIds: readonly TaskId[];
  readonly waits: readonly WaitRef[];
  readonly keys: readonly IdempotencyKeyId[];
}

export interface IdempotencyKeyId {
  readonly orgId: OrgId;
  readonly key: string;
}

/** Lets a key go, if it still leads to this target: somebody may have taken it anew since. */
export interface KeyRelease extends IdempotencyKeyId {
  readonly targetId: string;
}

export interface IdempotencyKey extends IdempotencyKeyId {
  /** `request` is one that is carried out once, however often it is sent. */
  readonly target: 'workflow' | 'task' | 'promise' | 'request';
  /** Of a promise its UUID, not its name; of a request a random one. */
  readonly targetId: string;
  readonly expiresAt: number;
  /** Of a request: what was sent, in short, and what it was answered. */
  readonly request?: { readonly fingerprint: string; readonly reply: Json };
}

export interface Loaded {
  readonly executions: readonly LoadedExecution[];
  readonly keys: readonly IdempotencyKey[];
  /** Of the tasks named, those that belong to another execution than the one they were named with. */
  readonly elsewhere: readonly TaskId[];
  /** Which life of the database answered: changes exactly when a crash of it may have taken the newest output. */
  readonly life: string;
}

export interface LoadedExecution {
  readonly id: ExecutionId;
  readonly orgId: OrgId;
  readonly rootId: ExecutionId;
  readonly version: number;
  /** The history's last number. */
  readonly sequence: number;
  /** The stream's last number. */
  readonly seq: number;
  readonly epoch: string;
  readonly life: string;
  /** Whether the entries of its family are numbered: it has, or is, a child. */
  readonly hasFamily: boolean;
  /** Of the batch that wrote it last; absent when that was before there were stamps. */
  readonly stamp?: string | undefined;
  /** Absent for a standalone task. */
  readonly workflow: WorkflowState | undefined;
  readonly tasks: readonly TaskState[];
  readonly waits: readonly Wait[];
}

/**
 * What one commit writes. Within each list, rows stand in the order in which they were decided; an execution, a task, a
 * wait, a piece of ready work, a timer and a key stand in their lists once. A task or a wait is written together with its
 * execution, whose version guards them. Where a list has removals they are carried out before the additions.
 */
export interface CommitBatch {
  readonly durability: 'state' | 'output';
  readonly executions: readonly ExecutionWrite[];
  readonly tasks: readonly TaskWrite[];
  readonly waits: readonly WaitWrite[];
  readonly history: readonly HistoryRow[];
  readonly entries: readonly StreamEntry[];
  /** Where the entries stand in the streams of whole families. */
  readonly families: FamilyWrites;
  readonly attempts: readonly EndedAttempt[];
  readonly logs: readonly TaskLogRow[];
  /** What running attempts said of themselves, where nothing else of their tasks changed. */
  readonly signs: readonly TaskSign[];
  readonly ready: { readonly add: readonly ReadyWork[]; readonly remove: readonly string[] };
  readonly timers: { readonly set: readonly DueTimer[]; readonly remove: readonly TimerRef[] };
  readonly keys: { readonly add: readonly IdempotencyKey[]; readonly remove: readonly KeyRelease[] };
  /** Standalone tasks that go altogether, with all their rows, if they are still as they were when that was decided. */
  readonly deleted: readonly { readonly id: ExecutionId; readonly expectedVersion: number }[];
}

export interface ExecutionWrite {
  readonly id: ExecutionId;
  readonly orgId: OrgId;
  readonly rootId: ExecutionId;
  /** The version it was decided on, which must still be the stored one; absent for a new execution. */
  readonly expectedVersion: number | undefined;
  readonly version: number;
  readonly sequence: number;
  readonly epoch: string;
  readonly life: string;
  /** The same for all executions of a batch, and for no other batch: so a commit whose answer was lost can be told. */
  readonly stamp: string;
  readonly workflow: WorkflowState | undefined;
}

/** What a batch says of families: an execution without a parent, and all its descendants. */
export interface FamilyWrites {
  /** Families that may be new. Those that are known already are passed over. */
  readonly begun: readonly FamilyBeginning[];
  /** The entries of families, in the order in which they were decided. */
  readonly runs: readonly FamilyRun[];
}

/** A family's numbering begins as that of its oldest member, whose entries until then are numbered alike in both. */
export interface FamilyBeginning {
  readonly rootId: ExecutionId;
  readonly epoch: string;
  readonly life: string;
}

/** Consecutive entries of one execution. */
export interface FamilyRun {
  readonly rootId: ExecutionId;
  readonly executionId: ExecutionId;
  /**
   * Absent where it is not known, which may be so for the first run of an execution in a batch: then the run begins after
   * the last entry of the execution that has a number in the family's stream, whoever wrote what follows it.
   */
  readonly first: number | undefined;
  readonly last: number;
  /** What the family's numbering is called from here on, if the database has begun another life since it was last counted. */
  readonly epoch: string;
}

/** A run, stored: its entry `last` has the number `rootSeq` in the family's stream, the one before it the number before. */
export interface NumberedRun {
  readonly executionId: ExecutionId;
  readonly first: number;
  readonly last: number;
  readonly rootSeq: number;
  readonly epoch: string;
}

export interface TaskWrite {
  readonly executionId: ExecutionId;
  readonly isNew: boolean;
  readonly task: TaskState;
}

export interface WaitWrite {
  readonly executionId: ExecutionId;
  readonly orgId: OrgId;
  readonly isNew: boolean;
  readonly wait: Wait;
}

/**
 * A sign of life of a running attempt. Written only while the task still runs this attempt; otherwise passed over, without
 * a conflict. Absent members stay as they are.
 */
export interface TaskSign {
  readonly taskId: TaskId;
  readonly attempt: number;
  readonly progress?: number;
  readonly progressDetails?: string;
  readonly lastHeartbeatAt?: number;
}

export interface HistoryRow extends RecordedEvent {
  readonly executionId: ExecutionId;
}

/** One stored, numbered line of an execution's stream. */
export interface StreamEntry {
  readonly executionId: ExecutionId;
  readonly rootId: ExecutionId;
  readonly epoch: string;
  readonly seq: number;
  readonly kind: 'state' | 'token' | 'progress' | 'data' | 'error';
  /** The event's JSON text, as it stands in a frame. */
  readonly event: Json;
  readonly timestampMs: number;
  readonly taskId?: TaskId | undefined;
  readonly attempt?: number | undefined;
  /** The worker's own number of an output entry within its attempt, from 0. */
  readonly ordinal?: number | undefined;
  /** True for the entry after which the stream ends. */
  readonly terminal?: boolean | undefined;
  /** Where it stands in the stream of its whole family; only on entries that were read or told as that stream's. */
  readonly inFamily?: Position | undefined;
}

export interface TaskLogRow extends TaskLog {
  readonly taskId: TaskId;
  readonly attempt: number;
}

/** Something a worker could do now. */
export interface ReadyWork {
  /** The workflow execution's id, or the task's. */
  readonly id: string;
  readonly type: 'workflow' | 'task';
  readonly executionId: ExecutionId;
  readonly orgId: OrgId;
  readonly queue: string;
  readonly kind: string;
  /** Earlier is sooner: creation minus priority, in milliseconds. */
  readonly score: number;
}

/** Where work of one kind stands in a queue. */
export type ReadyLine = Pick<ReadyWork, 'orgId' | 'queue' | 'type' | 'kind'>;

export interface ReadyCount extends ReadyLine {
  readonly count: number;
}

export interface ReserveRequest {
  readonly orgId: OrgId;
  readonly queue: string;
  readonly type: ReadyWork['type'];
  readonly kinds: readonly string[];
  readonly limit: number;
  readonly now: number;
  readonly holdMs: number;
}

/** Something that becomes due, once for each execution, type and id. */
export interface TimerRef {
  readonly executionId: ExecutionId;
  /** A task that was put off becomes ready, a task's time is over, a workflow's timer fires, a promise times out. */
  readonly type: 'task' | 'deadline' | 'timer' | 'promise';
  /** The task's id, or the wait's key. */
  readonly id: string;
}

export interface DueTimer extends TimerRef {
  readonly orgId: OrgId;
  readonly dueAt: number;
}

/** Which sessions live, and until when. A claim lasts as long as its session's lease. */
export interface SessionStore {
  /** Creates the session or extends its lease, which is never shortened: another process may have extended it further. */
  extend(sessions: readonly SessionLease[]): Promise<void>;
  /** The lease of a session that may have been opened by another process or before a restart. */
  find(id: SessionId): Promise<SessionLease | undefined>;
  /** Sessions whose lease ended before `now`. */
  expired(now: number, limit: number): Promise<readonly SessionId[]>;
  /** Everything still claimed by these sessions. A slow scan: only for sessions that have died. */
  claims(ids: readonly SessionId[]): Promise<readonly HeldWork[]>;
  /** Who holds these executions and tasks, of those that are claimed. */
  holdersOf(ids: readonly (ExecutionId | TaskId)[]): Promise<readonly HeldWork[]>;
  /** Running work whose session has no lease at all. A slow scan: once, at start. */
  orphans(): Promise<readonly HeldWork[]>;
  remove(ids: readonly SessionId[]): Promise<void>;
}

export interface SessionLease {
  readonly id: SessionId;
  readonly orgId: OrgId;
  readonly workerId: string;
  readonly workerName: string;
  readonly leaseUntil: number;
}

export interface HeldWork {
  readonly executionId: ExecutionId;
  readonly orgId: OrgId;
  readonly sessionId: SessionId;
  readonly token: string;
  /** Absent for a workflow turn. */
  readonly taskId?: TaskId;
}

/** Reading a stream's stored entries. Never parses them. Retention may have left holes; the last entry always stays. */
export interface StreamLog {
  /** Undefined for an id of which nothing is stored, and for another organisation's. */
  head(orgId: OrgId, id: ExecutionId): Promise<StreamHead | undefined>;
  /** The next `limit` entries with `seq` above `after`, ascending; fewer only when there are no more. */
  read(id: ExecutionId, after: number, limit: number): Promise<readonly StreamEntry[]>;
  /** The first and the last number that a numbering still has; undefined when it has none. */
  extent(id: ExecutionId, epoch: string): Promise<{ readonly first: number; readonly last: number } | undefined>;
}

export interface StreamHead {
  readonly executionId: ExecutionId;
  readonly rootId: ExecutionId;
  /** Whose stream it is: a workflow execution's or a standalone task's. */
  readonly type: 'workflow' | 'task';
  readonly epoch: string;
  readonly seq: number;
  /** The status the execution ended with, when it has ended. */
  readonly ended: 'COMPLETED' | 'FAILED' | 'CANCELLED' | undefined;
}

/**
 * Reading the streams of whole families: the entries of an execution without a parent and of all its descendants, in one
 * order, numbered from 1 without holes but those that retention has left. While such an execution has no children, it is its own stream.
 */
export interface FamilyLog {
  /**
   * The stream of `id` and its descendants, which is a part of the root's. Entries that have no number yet, because a
   * version of the server wrote them that did not count families, are given theirs first. Undefined for a standalone task,
   * for an id of which nothing is stored, and for another organisation's.
   */
  head(orgId: OrgId, id: ExecutionId): Promise<FamilyHead | undefined>;
  /**
   * The next `limit` entries of the whole family with numbers above `after`, ascending, each with `inFamily`; fewer only
   * when there are no more.
   */
  read(rootId: ExecutionId, after: number, limit: number): Promise<readonly StreamEntry[]>;
  /** The first and the last number that a numbering of the family still has; undefined when it has none. */
  extent(rootId: ExecutionId, epoch: string): Promise<{ readonly first: number; readonly last: number } | undefined>;
}

export interface FamilyHead extends StreamHead {
  /** The execution itself and its descendants, as far as they exist. */
  readonly members: ReadonlySet<ExecutionId>;
  /** The last number of the whole family. */
  readonly seq: number;
  /** The number of the last entry of one of the members. */
  readonly last: number;
  /** The status the execution ended with, when it and all its descendants have ended. */
  readonly ended: StreamHead['ended'];
  /** Those of them that have not ended. */
  readonly open: ReadonlySet<ExecutionId>;
}

/** Reading for people: committed rows, never used for deciding. Every method is scoped to one organisation. */
export interface Queries {
  workflow(orgId: OrgId, id: ExecutionId): Promise<WorkflowRecord | undefined>;
  workflows(orgId: OrgId, filter: WorkflowFilter): Promise<Page<WorkflowRecord>>;
  /** Undefined when there is no such execution. Ascending, without holes. */
  history(orgId: OrgId, id: ExecutionId, range: HistoryRange): Promise<readonly RecordedEvent[] | undefined>;
  /** Key to JSON text, from STATE_SET and STATE_CLEARED. */
  state(
    orgId: OrgId,
    id: ExecutionId,
  ): Promise<{ readonly values: ReadonlyMap<string, Json>; readonly asOf: Position } | undefined>;
  tasksOf(orgId: OrgId, id: ExecutionId): Promise<readonly TaskRecord[] | undefined>;
  /** A workflow's task or a standalone one. */
  task(orgId: OrgId, id: TaskId): Promise<TaskRecord | undefined>;
  /** Standalone tasks only. */
  tasks(orgId: OrgId, filter: TaskFilter): Promise<Page<TaskRecord>>;
  /** The children of a workflow execution, oldest first; undefined when there is no such execution. */
  children(orgId: OrgId, id: ExecutionId): Promise<readonly WorkflowRecord[] | undefined>;
  /** By its UUID, or by its name in an execution. */
  promise(orgId: OrgId, ref: PromiseRef): Promise<PromiseRecord | undefined>;
  /** What a key stands for at `now`. */
  key(id: IdempotencyKeyId, now: number): Promise<IdempotencyKey | undefined>;
  /** Which of these are workflow executions of the organisation. */
  existing(orgId: OrgId, ids: readonly ExecutionId[]): Promise<ReadonlySet<ExecutionId>>;
  attempts(orgId: OrgId, id: TaskId): Promise<readonly EndedAttempt[]>;
  logs(orgId: OrgId, id: TaskId, filter: LogFilter): Promise<Page<StoredLog>>;
}

/** By its name: the first of that name that is open, else the first. */
export type PromiseRef = { readonly promiseId: string } | { readonly executionId: ExecutionId; readonly name: string };

export interface PromiseRecord {
  readonly executionId: ExecutionId;
  /** The key of its wait. */
  readonly key: string;
  readonly name: string;
  readonly promiseId: string;
  readonly open: boolean;
}

export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

export interface WorkflowRecord {
  readonly workflow: WorkflowState;
  readonly sequence: number;
  readonly asOf: Position;
}

export interface TaskRecord {
  readonly task: TaskState;
  readonly asOf: Position;
}

export interface HistoryRange {
  /** Only numbers above this one. */
  readonly after?: number;
  /** Only numbers below this one. */
  readonly before?: number;
  readonly limit?: number;
  /** With `limit`: take the last ones instead of the first. The answer is ascending all the same. */
  readonly fromEnd?: boolean;
}

export interface PageFilter {
  readonly limit: number;
  readonly offset: number;
  /** Goes on after a page's `nextCursor`; takes the place of `offset`. */
  readonly cursor?: string;
}

export interface WorkflowFilter extends PageFilter {
  /** As people see it: an execution that is being cancelled is CANCELLING, whatever its code does meanwhile. */
  readonly status?: WorkflowState['status'] | 'CANCELLING';
  readonly kind?: string;
  readonly queue?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface TaskFilter extends PageFilter {
  readonly status?: TaskState['status'];
  readonly kind?: string;
  readonly queue?: string;
}

export interface LogFilter extends PageFilter {
  readonly level?: TaskLog['level'];
}

/** Newest first, except logs: oldest first. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
  readonly nextCursor: string | undefined;
}

export interface StoredLog extends TaskLogRow {
  readonly id: string;
}

export interface Organisation {
  readonly id: OrgId;
  readonly slug: string;
  readonly name: string;
  readonly tier: string;
  /** Where its data is kept; absent when nobody said. */
  readonly region?: string | undefined;
  readonly createdAt: number;
}

export interface OrgStore {
  upsert(orgs: readonly Omit<Organisation, 'createdAt'>[]): Promise<void>;
  /** @throws {ServiceError} ALREADY_EXISTS when the slug is taken. */
  create(org: Organisation): Promise<void>;
  /** By slug or by id. */
  find(slugOrId: string): Promise<Organisation | undefined>;
}

/** What a task remembers between its attempts: key to JSON text. Undefined answers mean that there is no such task. */
export interface TaskStateStore {
  get(orgId: OrgId, taskId: TaskId, key: string): Promise<{ readonly value: Json | undefined } | undefined>;
  keys(orgId: OrgId, taskId: TaskId): Promise<readonly string[] | undefined>;
  /**
   * Sets the value; `undefined` takes the key away. Resolves to false when there is no such task.
   *
   * @throws {ServiceError} RESOURCE_EXHAUSTED when the task has as many keys as it may have.
   */
  set(orgId: OrgId, taskId: TaskId, key: string, value: Json | undefined): Promise<boolean>;
  clear(orgId: OrgId, taskId: TaskId): Promise<boolean>;
}
