import type { ExecutionId, IdempotencyKey, IdempotencyKeyId, OrgId, PromiseRecord, PromiseRef } from '@flovyn/engine';
import type { Database } from './database.js';
import { keySelect, toKey } from './rows.js';
import { waitTypes } from './statements/wait.js';
import { text } from './text-row.js';

/** A promise by its UUID, or by its name in an execution: the first of that name that is open, else the first. */
export async function findPromise(
  database: Database,
  orgId: OrgId,
  ref: PromiseRef,
): Promise<PromiseRecord | undefined> {
  const [condition, values] =
    'promiseId' in ref
      ? ['promise_id = $2', [ref.promiseId]]
      : [`execution_id = $2 and type = ${waitTypes.promise} and (key = $3 or name = $3)`, [ref.executionId, ref.name]];
  const [row] = await database.query(
    'Looking for a promise',
    `select execution_id, key, coalesce(name, key) as name, promise_id, open from flovyn.wait
     where org_id = $1 and ${condition} order by open desc, sequence limit 1`,
    [orgId, ...values],
  );
  return (
    row && {
      executionId: text(row, 'execution_id') as ExecutionId,
      key: text(row, 'key'),
      name: text(row, 'name'),
      promiseId: text(row, 'promise_id'),
      open: row['open'] === 't',
    }
  );
}

/** What a key stands for; undefined also for one that has expired, which is as good as free. */
export async function findKey(
  database: Database,
  { orgId, key }: IdempotencyKeyId,
  now: number,
): Promise<IdempotencyKey | undefined> {
  const [row] = await database.query(
    'Looking for an idempotency key',
    `select ${keySelect} from flovyn.idempotency_key as t where t.org_id = $1 and t.key = $2 and t.expires_at > $3`,
    [orgId, key, now],
  );
  return row && toKey(row);
}

/** Which of these are workflow executions of the organisation. */
export async function existing(
  database: Database,
  orgId: OrgId,
  ids: readonly ExecutionId[],
): Promise<ReadonlySet<ExecutionId>> {
  const rows = await database.query(
    `Looking for ${ids.length} workflows`,
    'select id from flovyn.execution where id = any($1::uuid[]) and org_id = $2 and kind is not null',
    [ids, orgId],
  );
  return new Set(rows.map((row) => text(row, 'id') as ExecutionId));
}
