import type { ExecutionId, HeldWork, OrgId, SessionId, SessionStore, TaskId } from '@flovyn/engine';
import { invariant } from '@flovyn/protocol';
import type { Database } from './database.js';
import { unpackExecutionMoving, unpackTaskMoving } from './packed.js';
import { toLease } from './rows.js';
import { type TextRow, json, maybeText, present, text } from './text-row.js';

/**
 * Running work that a condition names. No index helps one on `claim_session`: it changes all the time.
 * The status of an execution does not say whether it runs, for one that is being cancelled says only that; the column of
 * its claim does, which is empty otherwise.
 */
function heldWork(condition: string): string {
  return `
    select id as execution_id, org_id, null::uuid as task_id, convert_from(state, 'UTF8') as state from flovyn.execution
    where claim_session is not null and ${condition}
    union all
    select execution_id, org_id, id, convert_from(state, 'UTF8') from flovyn.task
    where status = 'RUNNING' and ${condition}`;
}

export function createSessions(database: Database): SessionStore {
  return {
    async extend(sessions) {
      const ordered = sessions.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      await database.query(
        `Extending ${sessions.length} sessions`,
        `insert into flovyn.worker_session (id, org_id, worker_id, worker_name, lease_until)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[])
         on conflict (id) do update set
           worker_id = excluded.worker_id, worker_name = excluded.worker_name,
           lease_until = greatest(worker_session.lease_until, excluded.lease_until)
         where worker_session.org_id = excluded.org_id`,
        [
          ordered.map((one) => one.id),
          ordered.map((one) => one.orgId),
          ordered.map((one) => one.workerId),
          ordered.map((one) => one.workerName),
          ordered.map((one) => one.leaseUntil),
        ],
      );
    },

    async find(id) {
      const [row] = await database.query(
        `Looking for session ${id}`,
        'select * from flovyn.worker_session where id = $1',
        [id],
      );
      return row && toLease(row);
    },

    async expired(now, limit) {
      const rows = await database.query(
        'Looking for sessions that ended',
        'select id from flovyn.worker_session where lease_until < $1 order by lease_until, id limit $2',
        [now, limit],
      );
      return rows.map((row) => text(row, 'id') as SessionId);
    },

    async claims(ids) {
      const rows = await database.query('Looking for claims', heldWork('claim_session = any($1::uuid[])'), [ids]);
      return rows.map(toHeldWork);
    },

    async holdersOf(ids) {
      const rows = await database.query('Looking for holders', heldWork('id = any($1::uuid[])'), [ids]);
      return rows.map(toHeldWork);
    },

    async orphans() {
      const unknown = 'not exists (select from flovyn.worker_session as s where s.id = claim_session)';
      const rows = await database.query('Looking for orphaned work', heldWork(unknown));
      return rows.map(toHeldWork);
    },

    async remove(ids) {
      await database.query(
        `Removing ${ids.length} sessions`,
        'delete from flovyn.worker_session where id = any($1::uuid[])',
        [ids],
      );
    },
  };
}

function toHeldWork(row: TextRow): HeldWork {
  const taskId = maybeText(row, 'task_id') as TaskId | undefined;
  const claim =
    taskId === undefined
      ? unpackExecutionMoving(json(row, 'state')).workflow?.claim
      : unpackTaskMoving(json(row, 'state')).claim;
  invariant(claim !== undefined, 'running work is claimed');
  return {
    executionId: text(row, 'execution_id') as ExecutionId,
    orgId: text(row, 'org_id') as OrgId,
    sessionId: claim.sessionId,
    token: claim.token,
    ...present({ taskId }),
  };
}
