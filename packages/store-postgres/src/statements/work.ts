import type { DueTimer, IdempotencyKey, KeyRelease, ReadyWork, TimerRef } from '@flovyn/engine';
import type { Codes } from '../codes.js';
import { type Column, bytes, float8, int2, int8, text, uuid } from '../lane/columns.js';
import type { Statement } from '../lane/statement.js';
import { insert, remove } from './shapes.js';

export const readyTypes = { workflow: 1, task: 2 } as const satisfies Codes<ReadyWork['type']>;

/** Work that is offered again is offered to everybody, whoever had reserved it. */
export const insertReady = insert<ReadyWork>(
  'insert_ready',
  'ready',
  [
    uuid('id', (row) => row.id),
    uuid('execution_id', (row) => row.executionId),
    uuid('org_id', (row) => row.orgId),
    float8('score', (row) => row.score),
    int2('type', (row) => readyTypes[row.type]),
    text('queue', (row) => row.queue),
    text('kind', (row) => row.kind),
  ],
  'on conflict (id) do update set score = excluded.score, reserved_until = 0, queue = excluded.queue, kind = excluded.kind',
);

/** Only of tasks that were put off. All else that becomes due stands in `due`. */
export const insertTimers = insert<DueTimer>(
  'insert_timers',
  'timer',
  [
    uuid('id', (row) => row.id),
    uuid('execution_id', (row) => row.executionId),
    uuid('org_id', (row) => row.orgId),
    int8('due_at', (row) => row.dueAt),
  ],
  'on conflict (id) do update set due_at = excluded.due_at',
);

/** The first is what the rows of `timer` are. */
export const dueTypes = { task: 1, deadline: 2, timer: 3, promise: 4 } as const satisfies Codes<TimerRef['type']>;

const dueKey: readonly Column<TimerRef>[] = [
  uuid('execution_id', (row) => row.executionId),
  int2('type', (row) => dueTypes[row.type]),
  text('id', (row) => row.id),
];

export const insertDue = insert<DueTimer>(
  'insert_due',
  'due',
  [...dueKey, uuid('org_id', (row) => row.orgId), int8('due_at', (row) => row.dueAt)],
  'on conflict (execution_id, type, id) do update set due_at = excluded.due_at',
);

export const insertKeys = insert<IdempotencyKey>('insert_keys', 'idempotency_key', [
  uuid('org_id', (row) => row.orgId),
  uuid('target_id', (row) => row.targetId),
  int8('expires_at', (row) => row.expiresAt),
  text('target', (row) => row.target),
  text('key', (row) => row.key),
  text('fingerprint', (row) => row.request?.fingerprint),
  bytes('reply', (row) => row.request?.reply),
]);

export const deleteKeys: Statement<KeyRelease> = {
  name: 'delete_keys',
  sql: `
    delete from flovyn.idempotency_key as t
    using unnest($1::uuid[], $2::text[], $3::uuid[]) as n(org_id, key, target_id)
    where t.org_id = n.org_id and t.key = n.key and t.target_id = n.target_id`,
  columns: [
    uuid('org_id', (row) => row.orgId),
    text('key', (row) => row.key),
    uuid('target_id', (row) => row.targetId),
  ],
};

export const deleteReady = remove('delete_ready', 'ready', [uuid<string>('id', (id) => id)]);
export const deleteTimers = remove('delete_timers', 'timer', [uuid<TimerRef>('id', (row) => row.id)]);
export const deleteDue = remove('delete_due', 'due', dueKey);

/**
 * What a standalone task has beside its execution. It has no history. Its state goes last, because whoever writes that
 * holds the task first.
 */
export const deleteBelongings: readonly Statement<string>[] = [
  belonging('stream_entry', 'execution_id'),
  belonging('task_attempt', 'task_id'),
  belonging('task_log', 'task_id'),
  belonging('ready', 'id'),
  belonging('timer', 'id'),
  belonging('due', 'execution_id'),
  belonging('task', 'id'),
  belonging('task_state', 'task_id'),
];

function belonging(table: string, column: string): Statement<string> {
  return remove(`delete_belonging_${table}`, table, [uuid<string>(column, (id) => id)]);
}
