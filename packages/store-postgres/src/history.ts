import type { ExecutionId, HistoryRange, OrgId } from '@flovyn/engine';
import type { RecordedEvent } from '@flovyn/protocol';
import type { Database } from './database.js';
import { toRecordedEvent } from './rows.js';

/** Facts of one workflow, ascending, without holes; undefined when this organisation has no such workflow. */
export async function readHistory(
  database: Database,
  orgId: OrgId,
  id: ExecutionId,
  { after, before, limit, fromEnd }: HistoryRange,
): Promise<readonly RecordedEvent[] | undefined> {
  const rows = await database.query(
    `Reading the history of workflow ${id}`,
    `select h.sequence, h.at, h.type, convert_from(h.data, 'UTF8') as data
     from flovyn.execution as e
     left join lateral (
       select * from flovyn.history_event
       where execution_id = e.id and sequence > $3::bigint and ($4::bigint is null or sequence < $4::bigint)
       order by sequence ${fromEnd === true ? 'desc' : 'asc'} limit $5::bigint
     ) as h on true
     where e.id = $1 and e.org_id = $2 and e.kind is not null order by h.sequence`,
    [id, orgId, after ?? 0, before ?? null, limit ?? null],
  );
  return rows[0] && rows.filter((row) => row['sequence'] !== null).map(toRecordedEvent);
}
