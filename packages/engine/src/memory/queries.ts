import { type Json, fromJson, toJson } from '@flovyn/protocol';
import { publicStatus } from '../execution/state.js';
import type { ExecutionId, OrgId, TaskId } from '../ids.js';
import type { Page, Position, Queries, TaskRecord, WorkflowRecord } from '../ports/store.js';
import type { MemoryRows } from './rows.js';

/** Reading for people over the maps of a memory store. */
export function memoryQueries(rows: MemoryRows): Queries {
  const execution = (orgId: OrgId, id: ExecutionId) => {
    const row = rows.executions.get(id);
    return row?.orgId === orgId ? row : undefined;
  };
  const asOf = (id: ExecutionId): Position => ({
    epoch: rows.executions.get(id)?.epoch ?? '',
    seq: rows.entries.get(id)?.at(-1)?.seq ?? 0,
  });
  const workflowRecord = (id: ExecutionId): WorkflowRecord | undefined => {
    const row = rows.executions.get(id);
    return row?.workflow === undefined ? undefined : { workflow: row.workflow, sequence: row.sequence, asOf: asOf(id) };
  };
  const taskRecord = (id: TaskId): TaskRecord | undefined => {
    const row = rows.tasks.get(id);
    return row === undefined ? undefined : { task: row.task, asOf: asOf(row.executionId) };
  };
  return {
    async workflow(orgId, id) {
      return execution(orgId, id) === undefined ? undefined : workflowRecord(id);
    },
    async workflows(orgId, filter) {
      const found = [...rows.executions.values()].flatMap((row) => {
        const record = row.orgId === orgId ? workflowRecord(row.id) : undefined;
        if (record === undefined) return [];
        const { workflow } = record;
        if (filter.status !== undefined && publicStatus(workflow) !== filter.status) return [];
        if (filter.kind !== undefined && workflow.kind !== filter.kind) return [];
        if (filter.queue !== undefined && workflow.queue !== filter.queue) return [];
        return hasMetadata(workflow.metadata, filter.metadata) ? [record] : [];
      });
      return page(
        newestFirst(found, ({ workflow }) => workflow),
        filter,
        ({ workflow }) => workflow.id,
      );
    },
    async history(orgId, id, range) {
      if (execution(orgId, id)?.workflow === undefined) return undefined;
      const found = (rows.history.get(id) ?? []).filter(
        ({ sequence }) => sequence > (range.after ?? 0) && sequence < (range.before ?? Number.POSITIVE_INFINITY),
      );
      const events = found.map(({ executionId: _, ...event }) => event);
      if (range.limit === undefined) return events;
      return range.fromEnd === true ? events.slice(-range.limit) : events.slice(0, range.limit);
    },
    async state(orgId, id) {
      if (execution(orgId, id)?.workflow === undefined) return undefined;
      const values = new Map<string, Json>();
      for (const { type, data } of rows.history.get(id) ?? []) {
        if (type !== 'STATE_SET' && type !== 'STATE_CLEARED') continue;
        const { key, value } = fromJson(data) as { key: string; value?: unknown };
        if (type === 'STATE_SET') values.set(key, toJson(value));
        else values.delete(key);
      }
      return { values, asOf: asOf(id) };
    },
    async tasksOf(orgId, id) {
      if (execution(orgId, id)?.workflow === undefined) return undefined;
      const found = [...rows.tasks.values()].filter((row) => row.executionId === id);
      const inOrder = found.toSorted((a, b) => a.task.scheduledSequence - b.task.scheduledSequence);
      return inOrder.flatMap(({ task }) => taskRecord(task.id) ?? []);
    },
    async task(orgId, id) {
      return rows.tasks.get(id)?.task.orgId === orgId ? taskRecord(id) : undefined;
    },
    async tasks(orgId, filter) {
      const found = [...rows.tasks.values()].flatMap(({ task }) => {
        if (task.orgId !== orgId || task.workflowExecutionId !== undefined) return [];
        if (filter.status !== undefined && task.status !== filter.status) return [];
        if (filter.kind !== undefined && task.kind !== filter.kind) return [];
        if (filter.queue !== undefined && task.queue !== filter.queue) return [];
        return taskRecord(task.id) ?? [];
      });
      return page(
        newestFirst(found, ({ task }) => task),
        filter,
        ({ task }) => task.id,
      );
    },
    async children(orgId, id) {
      if (execution(orgId, id)?.workflow === undefined) return undefined;
      const found = [...rows.executions.values()].filter((row) => row.workflow?.parentId === id);
      const records = found.flatMap((row) => workflowRecord(row.id) ?? []);
      return records.toSorted((a, b) => a.workflow.createdAt - b.workflow.createdAt);
    },
    async promise(orgId, ref) {
      const found = [...rows.waits].flatMap(([executionId, waits]) => {
        if (execution(orgId, executionId) === undefined) return [];
        return [...waits.values()].flatMap((wait) => {
          if (wait.type !== 'promise') return [];
          const { key, name, promiseId, open, sequence } = wait;
          const isMeant =
            'promiseId' in ref ? promiseId === ref.promiseId : executionId === ref.executionId && name === ref.name;
          return isMeant ? [{ sequence, record: { executionId, key, name, promiseId, open } }] : [];
        });
      });
      const [first] = found.toSorted(
        (a, b) => Number(b.record.open) - Number(a.record.open) || a.sequence - b.sequence,
      );
      return first?.record;
    },
    async key({ orgId, key }, now) {
      const found = rows.keys.get(`${orgId}/${key}`);
      return found !== undefined && found.expiresAt > now ? found : undefined;
    },
    async existing(orgId, ids) {
      return new Set(ids.filter((id) => execution(orgId, id)?.workflow !== undefined));
    },
    async attempts(orgId, id) {
      return rows.tasks.get(id)?.task.orgId === orgId ? rows.attempts.filter(({ taskId }) => taskId === id) : [];
    },
    async logs(orgId, id, filter) {
      const own = rows.tasks.get(id)?.task.orgId === orgId ? rows.logs.filter(({ taskId }) => taskId === id) : [];
      const found = filter.level === undefined ? own : own.filter(({ level }) => level === filter.level);
      return page(found, filter, ({ id: logId }) => logId);
    },
  };
}

function newestFirst<Row>(rows: readonly Row[], of: (row: Row) => { createdAt: number; id: string }): Row[] {
  return rows.toSorted((a, b) => of(b).createdAt - of(a).createdAt || (of(b).id < of(a).id ? -1 : 1));
}

export function page<Row>(
  rows: readonly Row[],
  filter: { readonly limit: number; readonly offset: number; readonly cursor?: string },
  idOf: (row: Row) => string,
): Page<Row> {
  const start = filter.cursor === undefined ? filter.offset : rows.findIndex((row) => idOf(row) === filter.cursor) + 1;
  const found = rows.slice(start, start + filter.limit);
  const last = found.at(-1);
  const more = last !== undefined && start + found.length < rows.length;
  return { rows: found, total: rows.length, nextCursor: more ? idOf(last) : undefined };
}

function hasMetadata(metadata: Json, wanted: Readonly<Record<string, string>> | undefined): boolean {
  if (wanted === undefined) return true;
  const own = fromJson(metadata) as Record<string, unknown>;
  return Object.entries(wanted).every(([key, value]) => String(own[key]) === value);
}
