import type { DueTimer, IdempotencyKey, KeyRelease, ReadyWork } from '@flovyn/engine';
import { float8, int2, int8, text, uuid } from '../lane/columns.js';
import type { Statement } from '../lane/statement.js';
import { insert, statementOf } from './shapes.js';

export const readyTypes = { workflow: 1, task: 2 } as const satisfies Record<ReadyWork['type'], number>;

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

export const insertKeys = insert<IdempotencyKey>('insert_keys', 'idempotency_key', [
  uuid('org_id', (row) => row.orgId),
  uuid('target_id', (row) => row.targetId),
  int8('expires_at', (row) => row.expiresAt),
  text('target', (row) => row.target),
  text('key', (row) => row.key),
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

export const deleteReady = deleteWhere('ready', 'id');
export const deleteTimers = deleteWhere('timer', 'id');

/** What a standalone task has beside its execution. It has no history. */
export const deleteBelongings: readonly Statement<string>[] = [
  deleteWhere('stream_entry', 'execution_id'),
  deleteWhere('task_attempt', 'task_id'),
  deleteWhere('task_log', 'task_id'),
  deleteWhere('ready', 'id', 'delete_ready_of_deleted'),
  deleteWhere('timer', 'id', 'delete_timer_of_deleted'),
  deleteWhere('task', 'id'),
];

function deleteWhere(table: string, column: string, name = `delete_${table}`): Statement<string> {
  return statementOf(
    name,
    [uuid<string>('id', (row) => row)],
    (rows) => `delete from flovyn.${table} as t using (${rows}) as n where t.${column} = n.id`,
  );
}
