import type { Wait, WaitWrite } from '@flovyn/engine';
import type { Codes } from '../codes.js';
import { type Column, bool, bytes, int2, int8, text, uuid } from '../lane/columns.js';
import { packChild } from '../packed.js';
import { guardedUpdate, insert } from './shapes.js';

export const waitTypes = { timer: 1, promise: 2, child: 3 } as const satisfies Codes<Wait['type']>;

const key: readonly Column<WaitWrite>[] = [
  uuid('execution_id', (row) => row.executionId),
  int2('type', ({ wait }) => waitTypes[wait.type]),
  text('key', ({ wait }) => wait.key),
];

const movingColumns: readonly Column<WaitWrite>[] = [bool('open', ({ wait }) => wait.open)];

export const insertWaits = insert('insert_waits', 'wait', [
  ...key,
  uuid<WaitWrite>('org_id', (row) => row.orgId),
  uuid<WaitWrite>('promise_id', ({ wait }) => (wait.type === 'promise' ? wait.promiseId : undefined)),
  text<WaitWrite>('name', ({ wait }) => (wait.type === 'promise' && wait.name !== wait.key ? wait.name : undefined)),
  int8<WaitWrite>('sequence', ({ wait }) => wait.sequence),
  int8<WaitWrite>('due_at', ({ wait }) => (wait.type === 'child' ? undefined : wait.dueAt)),
  bytes<WaitWrite>('child', ({ wait }) => (wait.type === 'child' ? packChild(wait) : undefined)),
  ...movingColumns,
]);

/** Guarded by the version of the execution that stands in the same batch. */
export const updateWaits = guardedUpdate('update_waits', 'wait', key, movingColumns);
