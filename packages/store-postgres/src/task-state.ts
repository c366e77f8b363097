import type { OrgId, TaskId, TaskStateStore } from '@flovyn/engine';
import { type Json, ServiceError } from '@flovyn/protocol';
import type { Database } from './database.js';
import { maybeJson, text } from './text-row.js';

/** A task remembers how far it has come, not what it works on. */
const keyLimit = 1_000;

/** What tasks remember between their attempts: rows of their own, written one by one and not through the lane. */
export function createTaskState(database: Database): TaskStateStore {
  /** Removes what the condition names; false when there is no such task. */
  async function remove(taskId: TaskId, condition: string, parameters: readonly unknown[]): Promise<boolean> {
    const rows = await database.query(
      `Clearing the state of task ${taskId}`,
      `with task as (select id from flovyn.task where id = $1 and org_id = $2),
       removed as (delete from flovyn.task_state as s using task where s.task_id = task.id ${condition})
       select id from task`,
      [taskId, ...parameters],
    );
    return rows.length > 0;
  }

  return {
    async get(orgId, taskId, key) {
      const [row] = await database.query(
        `Reading the state of task ${taskId}`,
        `select convert_from(s.value, 'UTF8') as value
         from flovyn.task as t left join flovyn.task_state as s on s.task_id = t.id and s.key = $3
         where t.id = $1 and t.org_id = $2`,
        [taskId, orgId, key],
      );
      return row && { value: maybeJson(row, 'value') };
    },

    async keys(orgId, taskId) {
      const rows = await database.query(
        `Reading the state of task ${taskId}`,
        `select s.key from flovyn.task as t left join flovyn.task_state as s on s.task_id = t.id
         where t.id = $1 and t.org_id = $2 order by s.key`,
        [taskId, orgId],
      );
      return rows[0] && rows.filter((row) => row['key'] !== null).map((row) => text(row, 'key'));
    },

    set: (orgId, taskId, key, value) =>
      value === undefined
        ? remove(taskId, 'and s.key = $3', [orgId, key])
        : setValue(database, orgId, taskId, key, value),

    clear: (orgId, taskId) => remove(taskId, '', [orgId]),
  };
}

/**
 * Holds the task against its removal, in the weakest way there is, so that nothing is left of one that is removed meanwhile
 * and commits need not wait. The limit is a fence and not a promise: of several values that are set at the same moment, each
 * counts what was there before.
 */
async function setValue(database: Database, orgId: OrgId, taskId: TaskId, key: string, value: Json): Promise<boolean> {
  const [row] = await database.query(
    `Setting the state of task ${taskId}`,
    `with task as (select id from flovyn.task where id = $1 and org_id = $2 for key share),
     room as (
       select id from task
       where exists (select from flovyn.task_state where task_id = task.id and key = $3)
         or (select count(*) from flovyn.task_state where task_id = task.id) < ${keyLimit}
     ),
     written as (
       insert into flovyn.task_state (task_id, key, value) select id, $3, convert_to($4, 'UTF8') from room
       on conflict (task_id, key) do update set value = excluded.value
       returning 1
     )
     select exists (select from written) as written from task`,
    [taskId, orgId, key, value],
  );
  if (row === undefined) return false;
  if (text(row, 'written') === 't') return true;
  throw new ServiceError(
    'RESOURCE_EXHAUSTED',
    `Task ${taskId} cannot keep another value: it has ${keyLimit} keys, as many as a task may have. Clear some of them first.`,
    { limit: keyLimit, actual: keyLimit + 1 },
  );
}
