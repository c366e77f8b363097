import type { WaitRef } from '@flovyn/engine';
import { int2, text, uuid } from '../lane/columns.js';
import type { Statement } from '../lane/statement.js';
import { executionSelect, hasFamily, keySelect, taskSelect, waitSelect } from '../rows.js';
import { waitTypes } from './wait.js';

const idColumn = uuid<string>('id', (id) => id);

export const begin: Statement = { name: 'begin', sql: 'begin', columns: [] };
/** All statements of a load that locks nothing see the same moment. */
export const beginSnapshot: Statement = {
  name: 'begin_snapshot',
  sql: 'begin isolation level repeatable read read only',
  columns: [],
};
export const commitTransaction: Statement = { name: 'commit', sql: 'commit', columns: [] };

export const selectExecutions: Statement<string> = {
  name: 'select_executions',
  sql: `
    select ${executionSelect}, ${hasFamily} from flovyn.execution as e where e.id = any($1::uuid[]) order by e.id`,
  columns: [idColumn],
  reads: true,
};

/**
 * Locks in the order of the ids. It answers nothing else: what a statement reads beside a lock it had to wait for may be
 * older than the lock.
 */
export const lockExecutions: Statement<string> = {
  name: 'lock_executions',
  sql: `select from flovyn.execution where id = any($1::uuid[]) order by id for update`,
  columns: [idColumn],
};

export const selectHeads: Statement<string> = {
  name: 'select_heads',
  sql: `
    select n.id, (
      select seq from flovyn.stream_entry as s where s.execution_id = n.id order by s.seq desc limit 1
    ) as seq
    from unnest($1::uuid[]) as n(id)`,
  columns: [idColumn],
  reads: true,
};

export const selectOpenTasks: Statement<string> = {
  name: 'select_open_tasks',
  sql: `
    select ${taskSelect} from flovyn.task as t
    where t.execution_id = any($1::uuid[]) and t.status in ('PENDING', 'RUNNING')`,
  columns: [idColumn],
  reads: true,
};

export const selectTasks: Statement<string> = {
  name: 'select_tasks',
  sql: `select ${taskSelect} from flovyn.task as t where t.id = any($1::uuid[])`,
  columns: [idColumn],
  reads: true,
};

export const selectOpenWaits: Statement<string> = {
  name: 'select_open_waits',
  sql: `select ${waitSelect} from flovyn.wait as w where w.execution_id = any($1::uuid[]) and w.open`,
  columns: [idColumn],
  reads: true,
};

export interface WaitOf extends WaitRef {
  readonly executionId: string;
}

export const selectWaits: Statement<WaitOf> = {
  name: 'select_waits',
  sql: `
    select ${waitSelect} from flovyn.wait as w
    join unnest($1::uuid[], $2::smallint[], $3::text[]) as n(execution_id, type, key)
      on w.execution_id = n.execution_id and w.type = n.type and w.key = n.key`,
  columns: [
    uuid('execution_id', (row) => row.executionId),
    int2('type', (row) => waitTypes[row.type]),
    text('key', (row) => row.key),
  ],
  reads: true,
};

/**
 * How far the output of running attempts has come. One walk per execution over what came after its oldest running attempt
 * began, instead of one per task: an execution may have hundreds of them.
 */
export const selectOutputHeads: Statement<string> = {
  name: 'select_output_heads',
  sql: `
    select s.task_id, s.attempt, max(s.ordinal) + 1 as entries
    from (
      select execution_id, min(coalesce(attempt_from_seq, 0)) as after
      from flovyn.task where execution_id = any($1::uuid[]) and status = 'RUNNING'
      group by execution_id
    ) as running
    cross join lateral (
      select task_id, attempt, ordinal from flovyn.stream_entry
      where execution_id = running.execution_id and seq > running.after and ordinal is not null
    ) as s
    group by s.task_id, s.attempt`,
  columns: [idColumn],
  reads: true,
};

export const selectKeys: Statement<{ readonly orgId: string; readonly key: string }> = {
  name: 'select_keys',
  sql: `
    select ${keySelect}
    from flovyn.idempotency_key as t
    join unnest($1::uuid[], $2::text[]) as n(org_id, key) on t.org_id = n.org_id and t.key = n.key`,
  columns: [uuid('org_id', (row) => row.orgId), text('key', (row) => row.key)],
  reads: true,
};

/** Everything a load may call, and what ends it. */
export const loadStatements: readonly Statement[] = [
  begin,
  beginSnapshot,
  commitTransaction,
  selectExecutions,
  lockExecutions,
  selectHeads,
  selectOpenTasks,
  selectTasks,
  selectOutputHeads,
  selectOpenWaits,
  selectWaits,
  selectKeys,
];
