import { ServiceError } from '@flovyn/protocol';
import { isTerminalWorkflow } from '../execution/state.js';
import type { ExecutionId, OrgId, TaskId } from '../ids.js';
import {
  type CommitBatch,
  CommitConflict,
  type DueTimer,
  type HeldWork,
  type IdempotencyKeyId,
  type Loaded,
  type LoadedExecution,
  type ReadyCount,
  type ReadyLine,
  type ReadyWork,
  type ReserveRequest,
  type SessionLease,
  type Store,
  type StreamEntry,
  type StreamHead,
  type StreamLog,
  type TimerRef,
  type Wanted,
} from '../ports/store.js';
import { isOpenTask } from '../task/state.js';
import { type Wait, waitName } from '../wait/state.js';
import { memoryFamilies, numberFamilies } from './families.js';
import { memoryQueries } from './queries.js';
import { memoryRetention } from './retention.js';
import type { MemoryRows } from './rows.js';
import { memoryTaskState } from './task-state.js';
import { memoryStreamTickets } from './stream-tickets.js';
import { memoryWorkerTokens } from './worker-tokens.js';
import { memoryWorkers } from './workers.js';

export interface MemoryStore extends Store {
  readonly rows: MemoryRows;
}

/**
 * The reference adapter: everything in maps, gone with the process. Short, so that it is plainly right; the conformance
 * suite holds every other adapter to what this one does. For tests only.
 */
export function createMemoryStore(): MemoryStore {
  const rows: MemoryRows = {
    executions: new Map(),
    tasks: new Map(),
    history: new Map(),
    entries: new Map(),
    families: new Map(),
    attempts: [],
    logs: [],
    ready: new Map(),
    timers: new Map(),
    waits: new Map(),
    keys: new Map(),
    sessions: new Map(),
    orgs: new Map(),
    workers: new Map(),
    definitions: new Map(),
    taskState: new Map(),
    passed: new Map(),
    workerTokens: new Map(),
    streamTickets: new Map(),
  };
  const streams: StreamLog = {
    head: async (orgId, id) => head(rows, orgId, id),
    read: async (id, after, limit) => (rows.entries.get(id) ?? []).filter((entry) => entry.seq > after).slice(0, limit),
    extent: async (id, epoch) => {
      const own = (rows.entries.get(id) ?? []).filter((entry) => entry.epoch === epoch);
      const [first, last] = [own[0], own.at(-1)];
      return first === undefined || last === undefined ? undefined : { first: first.seq, last: last.seq };
    },
  };
  return {
    rows,
    load: async (wanted) => load(rows, wanted),
    unlock: async () => undefined,
    commit: async (batch) => {
      check(rows, batch);
      write(rows, batch);
      return numberFamilies(rows, batch.families, LIFE);
    },
    reserve: async (request) => reserve(rows, request),
    release: async (id) => {
      const work = rows.ready.get(id);
      if (work !== undefined) work.reservedUntil = 0;
    },
    readyLines: async (limit) => readyLines(rows, limit),
    readyCounts: async (limits) => readyCounts(rows, limits),
    dueTimers: async (now, limit) =>
      soonest(rows)
        .filter((timer) => timer.dueAt <= now)
        .slice(0, limit),
    nextTimer: async (now) => soonest(rows).find((timer) => timer.dueAt > now)?.dueAt,
    sessions: {
      extend: async (sessions) => sessions.forEach((session) => extend(rows, session)),
      find: async (id) => rows.sessions.get(id),
      expired: async (now, limit) =>
        [...rows.sessions.values()]
          .filter((session) => session.leaseUntil < now)
          .map((session) => session.id)
          .slice(0, limit),
      claims: async (ids) => heldWork(rows).filter((held) => ids.includes(held.sessionId)),
      holdersOf: async (ids) => heldWork(rows).filter((held) => ids.includes(held.taskId ?? held.executionId)),
      orphans: async () => heldWork(rows).filter((held) => !rows.sessions.has(held.sessionId)),
      remove: async (ids) => ids.forEach((id) => rows.sessions.delete(id)),
    },
    queries: memoryQueries(rows),
    streams,
    families: memoryFamilies(rows, streams, LIFE),
    retention: memoryRetention(rows),
    orgs: {
      upsert: async (orgs) => {
        for (const { slug, id } of orgs) {
          const owner = [...rows.orgs.values()].find((org) => org.slug === slug);
          if (owner === undefined || owner.id === id) continue;
          throw new ServiceError(
            'ALREADY_EXISTS',
            `Organisation "${slug}" cannot have the id ${id}: its slug belongs to ${owner.id}. Give it that id, or another slug.`,
          );
        }
        for (const org of orgs) rows.orgs.set(org.id, { createdAt: rows.orgs.get(org.id)?.createdAt ?? 0, ...org });
      },
      create: async (org) => {
        if ([...rows.orgs.values()].some(({ slug, id }) => slug === org.slug || id === org.id)) {
          throw new ServiceError('ALREADY_EXISTS', `An organisation with the slug "${org.slug}" exists already.`);
        }
        rows.orgs.set(org.id, org);
      },
      find: async (slugOrId) => [...rows.orgs.values()].find((org) => org.slug === slugOrId || org.id === slugOrId),
    },
    workers: memoryWorkers(rows),
    workerTokens: memoryWorkerTokens(rows),
    streamTickets: memoryStreamTickets(rows),
    taskState: memoryTaskState(rows),
    ping: async () => undefined,
    close: async () => undefined,
  };
}

/** Memory dies with the process: it has one life. */
const LIFE = 'memory';

function load(rows: MemoryRows, wanted: readonly Wanted[]): Loaded {
  const executions = wanted.flatMap(({ id, taskIds, waits: named }) => {
    const row = rows.executions.get(id);
    if (row === undefined) return [];
    const tasks = [...rows.tasks.values()]
      .filter(({ executionId, task }) => executionId === id && (isOpenTask(task) || taskIds.includes(task.id)))
      .map(({ task }) => task);
    const names = new Set(named.map(waitName));
    const waits = [...(rows.waits.get(id)?.values() ?? [])].filter((wait) => wait.open || names.has(waitName(wait)));
    const hasFamily = rows.families.has(row.rootId);
    return [{ ...row, hasFamily, seq: rows.entries.get(id)?.at(-1)?.seq ?? 0, tasks, waits }];
  });
  const elsewhere = wanted.flatMap(({ id, taskIds }) =>
    taskIds.filter((taskId) => (rows.tasks.get(taskId)?.executionId ?? id) !== id),
  );
  const keys = wanted.flatMap((want) => want.keys).flatMap((key) => rows.keys.get(keyName(key)) ?? []);
  return { executions, keys, elsewhere, life: LIFE };
}

/** Everything a database would refuse, before anything is written. */
function check(rows: MemoryRows, batch: CommitBatch): void {
  for (const { id, expectedVersion } of batch.executions) {
    if (rows.executions.get(id)?.version !== expectedVersion) throw new CommitConflict(`version of execution ${id}`);
  }
  for (const { id, expectedVersion } of batch.deleted) {
    if (rows.executions.get(id)?.version !== expectedVersion) throw new CommitConflict(`version of execution ${id}`);
  }
  const tasks = new Set<TaskId>();
  for (const { isNew, task } of batch.tasks) {
    // Two executions may want one id in the same moment.
    if (rows.tasks.has(task.id) === isNew || tasks.has(task.id)) throw new CommitConflict(`task ${task.id}`);
    tasks.add(task.id);
  }
  for (const { executionId, isNew, wait } of batch.waits) {
    if (rows.waits.get(executionId)?.has(waitName(wait)) === isNew) throw new CommitConflict(waitName(wait));
  }
  // Several may let go of one key that had it one after the other.
  const freed = new Set(batch.keys.remove.map((key) => `${keyName(key)} ${key.targetId}`));
  for (const key of batch.keys.add) {
    const taken = rows.keys.get(keyName(key));
    const isFree = taken === undefined || freed.has(`${keyName(taken)} ${taken.targetId}`);
    if (!isFree) throw new CommitConflict(`key ${key.key}`);
  }
  const repeated = new Set<string>();
  for (const key of batch.keys.add) {
    if (repeated.has(keyName(key))) throw new CommitConflict(`key ${key.key}`);
    repeated.add(keyName(key));
  }
  contiguous(
    batch.history,
    (row) => row.executionId,
    (row) => row.sequence,
    (id) => rows.history.get(id)?.length ?? 0,
  );
  contiguous(
    batch.entries,
    (row) => row.executionId,
    (row) => row.seq,
    (id) => rows.entries.get(id)?.at(-1)?.seq ?? 0,
  );
}

function contiguous<Row>(
  added: readonly Row[],
  idOf: (row: Row) => ExecutionId,
  numberOf: (row: Row) => number,
  stored: (id: ExecutionId) => number,
): void {
  const heads = new Map<ExecutionId, number>();
  for (const row of added) {
    const id = idOf(row);
    const expected = (heads.get(id) ?? stored(id)) + 1;
    if (numberOf(row) !== expected) throw new CommitConflict(`number ${numberOf(row)} of execution ${id}`);
    heads.set(id, expected);
  }
}

function write(rows: MemoryRows, batch: CommitBatch): void {
  for (const { expectedVersion: _, ...execution } of batch.executions) rows.executions.set(execution.id, execution);
  for (const { executionId, task } of batch.tasks) rows.tasks.set(task.id, { executionId, task });
  for (const { executionId, wait } of batch.waits) {
    const own = rows.waits.get(executionId) ?? new Map<string, Wait>();
    rows.waits.set(executionId, own.set(waitName(wait), wait));
  }
  for (const row of batch.history) append(rows.history, row.executionId, row);
  for (const entry of batch.entries) append(rows.entries, entry.executionId, entry);
  rows.attempts.push(...batch.attempts);
  for (const log of batch.logs) rows.logs.push({ ...log, id: String(rows.logs.length + 1) });
  for (const { taskId, attempt, ...sign } of batch.signs) {
    const row = rows.tasks.get(taskId);
    if (row?.task.status === 'RUNNING' && row.task.executionCount === attempt) {
      rows.tasks.set(taskId, { ...row, task: { ...row.task, ...sign } });
    }
  }
  syncEntries(rows, batch.entries);
  for (const id of batch.ready.remove) rows.ready.delete(id);
  for (const work of batch.ready.add) rows.ready.set(work.id, { ...work, reservedUntil: 0 });
  for (const timer of batch.timers.remove) rows.timers.delete(timerName(timer));
  for (const timer of batch.timers.set) rows.timers.set(timerName(timer), timer);
  for (const key of batch.keys.remove) {
    if (rows.keys.get(keyName(key))?.targetId === key.targetId) rows.keys.delete(keyName(key));
  }
  for (const key of batch.keys.add) rows.keys.set(keyName(key), key);
  for (const { id } of batch.deleted) erase(rows, id);
}

/** A running attempt's count of entries follows its entries, as a query over them would say. */
function syncEntries(rows: MemoryRows, entries: readonly StreamEntry[]): void {
  for (const { taskId, attempt, ordinal } of entries) {
    const row = taskId === undefined ? undefined : rows.tasks.get(taskId);
    if (row?.task.status !== 'RUNNING' || ordinal === undefined || row.task.executionCount !== attempt) continue;
    rows.tasks.set(row.task.id, { ...row, task: { ...row.task, entries: ordinal + 1 } });
  }
}

function erase(rows: MemoryRows, id: ExecutionId): void {
  rows.executions.delete(id);
  rows.history.delete(id);
  rows.entries.delete(id);
  rows.waits.delete(id);
  for (const [taskId, { executionId }] of rows.tasks) {
    if (executionId !== id) continue;
    rows.tasks.delete(taskId);
    rows.taskState.delete(taskId);
  }
}

function append<Row>(map: Map<ExecutionId, Row[]>, id: ExecutionId, row: Row): void {
  const own = map.get(id);
  if (own === undefined) map.set(id, [row]);
  else own.push(row);
}

function reserve(rows: MemoryRows, request: ReserveRequest): ReadyWork[] {
  const found = [...rows.ready.values()]
    .filter(
      (work) =>
        work.orgId === request.orgId &&
        work.queue === request.queue &&
        work.type === request.type &&
        request.kinds.includes(work.kind) &&
        work.reservedUntil <= request.now,
    )
    .toSorted((a, b) => a.score - b.score)
    .slice(0, request.limit);
  for (const work of found) work.reservedUntil = request.now + request.holdMs;
  return found.map(({ reservedUntil: _, ...work }) => work);
}

function readyLines(rows: MemoryRows, limit: number): ReadyLine[] {
  const lines = new Map<string, ReadyLine>();
  for (const { orgId, queue, type, kind } of rows.ready.values()) {
    lines.set(`${type} ${orgId} ${queue} ${kind}`, { orgId, queue, type, kind });
  }
  return [...lines.values()].slice(0, limit);
}

function readyCounts(rows: MemoryRows, { lines, most }: { lines: number; most: number }): ReadyCount[] {
  return readyLines(rows, lines).map((line) => {
    const stands = [...rows.ready.values()].filter(
      ({ orgId, queue, type, kind }) =>
        orgId === line.orgId && queue === line.queue && type === line.type && kind === line.kind,
    );
    return { ...line, count: Math.min(stands.length, most) };
  });
}

/** Another process may have extended it further. */
function extend(rows: MemoryRows, session: SessionLease): void {
  const before = rows.sessions.get(session.id)?.leaseUntil ?? 0;
  rows.sessions.set(session.id, { ...session, leaseUntil: Math.max(before, session.leaseUntil) });
}

function timerName({ executionId, type, id }: TimerRef): string {
  return `${executionId} ${type} ${id}`;
}

function soonest(rows: MemoryRows): DueTimer[] {
  return [...rows.timers.values()].toSorted((a, b) => a.dueAt - b.dueAt);
}

function heldWork(rows: MemoryRows): HeldWork[] {
  const held: HeldWork[] = [];
  for (const { id, orgId, workflow } of rows.executions.values()) {
    if (workflow?.status !== 'RUNNING') continue;
    held.push({ executionId: id, orgId, sessionId: workflow.claim.sessionId, token: workflow.claim.token });
  }
  for (const { executionId, task } of rows.tasks.values()) {
    if (task.status !== 'RUNNING') continue;
    const { sessionId, token } = task.claim;
    held.push({ executionId, orgId: task.orgId, sessionId, token, taskId: task.id });
  }
  return held;
}

function head(rows: MemoryRows, orgId: OrgId, id: ExecutionId): StreamHead | undefined {
  const row = rows.executions.get(id);
  if (row?.orgId !== orgId) return undefined;
  const { rootId, epoch, workflow } = row;
  const seq = rows.entries.get(id)?.at(-1)?.seq ?? 0;
  const type = workflow === undefined ? 'task' : 'workflow';
  return { executionId: id, rootId, type, epoch, seq, ended: endOf(rows, id, workflow) };
}

function endOf(rows: MemoryRows, id: ExecutionId, workflow: LoadedExecution['workflow']): StreamHead['ended'] {
  const status = workflow === undefined ? rows.tasks.get(id as string as TaskId)?.task.status : workflow.status;
  if (workflow !== undefined && !isTerminalWorkflow(workflow)) return undefined;
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED' ? status : undefined;
}

function keyName(key: IdempotencyKeyId): string {
  return `${key.orgId}/${key.key}`;
}
