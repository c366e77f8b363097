import type { Position, Queries, TaskRecord, WorkflowFilter, WorkflowRecord } from '@flovyn/engine';
import { type Json, fromJson, invariant, jsonMembers } from '@flovyn/protocol';
import type { Database } from './database.js';
import { readHistory } from './history.js';
import { existing, findKey, findPromise } from './look-ups.js';
import { type Condition, readPage } from './page.js';
import { type ExecutionMoving, unpackExecutionMoving } from './packed.js';
import { executionSelect, taskSelect, toAttempt, toLog, toTask, toWorkflow } from './rows.js';
import { toTag } from './statements/execution.js';
import { waitTypes } from './statements/wait.js';
import { type TextRow, json, maybeNumber, maybeText, number } from './text-row.js';

/** The stream's last number of the execution `e`. */
const head = `(select seq from flovyn.stream_entry where execution_id = e.id order by seq desc limit 1) as head`;

/** Beside the columns of a task, which has a state of its own. */
const executionState = `convert_from(e.state, 'UTF8') as execution_state`;

/** How many entries a running attempt of the task `t` has written, counted from where it began. */
const entries = `
  case when t.status = 'RUNNING' then (
    select max(ordinal) + 1 from flovyn.stream_entry
    where execution_id = t.execution_id and seq > coalesce(t.attempt_from_seq, 0) and task_id = t.id
      and attempt = t.execution_count
  ) end as entries`;

const taskFrom = 'flovyn.task as t join flovyn.execution as e on e.id = t.execution_id';
const taskRecord = `${taskSelect}, ${entries}, ${executionState}, ${head}`;
const byAge = (alias: string) =>
  [
    { column: `${alias}.created_at`, name: 'created_at', type: 'number' },
    { column: `${alias}.id`, name: 'id', type: 'uuid' },
  ] as const;

/** Reading for people. Every statement names the organisation; a foreign row is as absent as one that never was. */
export function createQueries(database: Database): Queries {
  return {
    async workflow(orgId, id) {
      const [row] = await database.query(
        `Reading workflow ${id}`,
        `select ${executionSelect}, ${head} from flovyn.execution as e where e.id = $1 and e.org_id = $2 and e.kind is not null`,
        [id, orgId],
      );
      return row && toWorkflowRecord(row);
    },

    workflows: (orgId, filter) =>
      readPage(database, {
        what: 'workflows',
        select: `${executionSelect}, ${head}`,
        from: 'flovyn.execution as e',
        where: [
          ['e.kind is not null and e.org_id =', orgId],
          when('e.status =', filter.status),
          when('e.kind =', filter.kind),
          when('e.queue =', filter.queue),
          when('e.tags @>', tagsOf(filter.metadata)),
        ],
        order: byAge('e'),
        direction: 'desc',
        page: filter,
        toRow: toWorkflowRecord,
      }),

    history: (orgId, id, range) => readHistory(database, orgId, id, range),

    async state(orgId, id) {
      const rows = await database.query(
        `Reading the state of workflow ${id}`,
        `select ${executionState}, ${head}, h.type, h.data
         from flovyn.execution as e
         left join lateral (
           select sequence, type, convert_from(data, 'UTF8') as data from flovyn.history_event
           where execution_id = e.id and type in ('STATE_SET', 'STATE_CLEARED')
         ) as h on true
         where e.id = $1 and e.org_id = $2 and e.kind is not null order by h.sequence`,
        [id, orgId],
      );
      return (
        rows[0] && {
          values: foldState(rows),
          asOf: toPosition(rows[0], unpackExecutionMoving(json(rows[0], 'execution_state'))),
        }
      );
    },

    async tasksOf(orgId, id) {
      const rows = await database.query(
        `Reading the tasks of workflow ${id}`,
        `select ${taskRecord} from flovyn.execution as e left join flovyn.task as t on t.execution_id = e.id
         where e.id = $1 and e.org_id = $2 and e.kind is not null order by t.scheduled_sequence, t.id`,
        [id, orgId],
      );
      return rows[0] && rows.filter((row) => row['id'] !== null).map(toTaskRecord);
    },

    async task(orgId, id) {
      const [row] = await database.query(
        `Reading task ${id}`,
        `select ${taskRecord} from ${taskFrom} where t.id = $1 and t.org_id = $2`,
        [id, orgId],
      );
      return row && toTaskRecord(row);
    },

    tasks: (orgId, filter) =>
      readPage(database, {
        what: 'tasks',
        select: taskRecord,
        from: taskFrom,
        where: [
          ['t.execution_id = t.id and t.org_id =', orgId],
          when('t.status =', filter.status),
          when('t.kind =', filter.kind),
          when('t.queue =', filter.queue),
        ],
        order: byAge('t'),
        direction: 'desc',
        page: filter,
        toRow: toTaskRecord,
      }),

    async children(orgId, id) {
      const rows = await database.query(
        `Reading the children of workflow ${id}`,
        // Those of one turn have one creation time; the facts that began them have an order.
        `select ${executionSelect}, ${head}
         from flovyn.execution as p left join flovyn.execution as e on e.parent_id = p.id
         where p.id = $1 and p.org_id = $2 and p.kind is not null
         order by e.created_at, (
           select sequence from flovyn.wait
           where execution_id = e.parent_id and type = ${waitTypes.child} and key = e.id::text
         ), e.id`,
        [id, orgId],
      );
      return rows[0] && rows.filter((row) => row['id'] !== null).map(toWorkflowRecord);
    },

    promise: (orgId, ref) => findPromise(database, orgId, ref),
    key: (id, now) => findKey(database, id, now),
    existing: (orgId, ids) => existing(database, orgId, ids),

    async attempts(orgId, id) {
      const rows = await database.query(
        `Reading the attempts of task ${id}`,
        `select a.task_id, a.attempt, a.started_at, a.finished_at, a.status, a.worker_id,
           convert_from(a.error, 'UTF8') as error
         from flovyn.task_attempt as a join flovyn.task as t on t.id = a.task_id
         where a.task_id = $1 and t.org_id = $2 order by a.attempt`,
        [id, orgId],
      );
      return rows.map(toAttempt);
    },

    logs: (orgId, id, filter) =>
      readPage(database, {
        what: `the log of task ${id}`,
        select: `l.id, l.task_id, l.at, l.attempt, l.level, convert_from(l.message, 'UTF8') as message`,
        from: 'flovyn.task_log as l join flovyn.task as t on t.id = l.task_id',
        where: [['l.task_id =', id], ['t.org_id =', orgId], when('l.level =', filter.level)],
        order: [{ column: 'l.id', name: 'id', type: 'number' }],
        direction: 'asc',
        page: filter,
        toRow: toLog,
      }),
  };
}

function when(left: string, value: unknown): Condition | undefined {
  return value === undefined ? undefined : [left, value];
}

/** Undefined where nothing is asked for: an execution without metadata has no tags to hold even none of them. */
function tagsOf(metadata: WorkflowFilter['metadata']): readonly string[] | undefined {
  const tags = Object.entries(metadata ?? {}).map(([name, value]) => toTag(name, value));
  return tags.length === 0 ? undefined : tags;
}

function toPosition(row: TextRow, { epoch }: ExecutionMoving): Position {
  return { epoch, seq: maybeNumber(row, 'head') ?? 0 };
}

function toWorkflowRecord(row: TextRow): WorkflowRecord {
  const moving = unpackExecutionMoving(json(row, 'state'));
  invariant(moving.workflow !== undefined, 'only a workflow has a kind');
  return {
    workflow: toWorkflow(row, moving.workflow),
    sequence: number(row, 'sequence'),
    asOf: toPosition(row, moving),
  };
}

function toTaskRecord(row: TextRow): TaskRecord {
  return {
    task: toTask(row, maybeNumber(row, 'entries') ?? 0),
    asOf: toPosition(row, unpackExecutionMoving(json(row, 'execution_state'))),
  };
}

function foldState(rows: readonly TextRow[]): ReadonlyMap<string, Json> {
  const values = new Map<string, Json>();
  for (const row of rows) {
    const data = maybeText(row, 'data') as Json | undefined;
    if (data === undefined) continue;
    // Taken apart here and not by PostgreSQL, which cannot hold every text that JSON can.
    const members = jsonMembers(data);
    const [key, value] = [members?.get('key'), members?.get('value')];
    if (key === undefined) continue;
    const name = fromJson(key) as string;
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  }
  return values;
}
