import type { ExecutionId, StreamHead, StreamLog } from '@flovyn/engine';
import type { Database } from './database.js';
import { unpackExecutionMoving } from './packed.js';
import { entryLine, entrySeparator, toEntries } from './entry-lines.js';
import { json, maybeNumber, maybeText, number, text } from './text-row.js';

const ended = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

/** The stored streams. Entries leave as the text they came as. */
export function createStreamLog(database: Database): StreamLog {
  return {
    async head(orgId, id) {
      const [row] = await database.query(
        `Looking for the stream of ${id}`,
        `select e.root_id, e.kind, convert_from(e.state, 'UTF8') as state,
           coalesce(e.status, t.status) as status,
           (select seq from flovyn.stream_entry where execution_id = e.id order by seq desc limit 1) as seq,
           (select seq from flovyn.stream_entry where execution_id = e.id order by seq limit 1) as first
         from flovyn.execution as e left join flovyn.task as t on t.id = e.id
         where e.id = $1 and e.org_id = $2`,
        [id, orgId],
      );
      if (row === undefined) return undefined;
      const status = maybeText(row, 'status');
      const { epoch, epochBase } = unpackExecutionMoving(json(row, 'state'));
      return {
        executionId: id,
        rootId: text(row, 'root_id') as ExecutionId,
        // A standalone task's kind is in the row of the task.
        type: maybeText(row, 'kind') === undefined ? 'task' : 'workflow',
        epoch,
        epochBase,
        seq: maybeNumber(row, 'seq') ?? 0,
        first: maybeNumber(row, 'first') ?? 1,
        ended: status !== undefined && ended.has(status) ? (status as StreamHead['ended']) : undefined,
      };
    },

    async read(id, after, limit) {
      // Bounded on both sides, which numbers without holes allow: with a limit alone, PostgreSQL may think it cheaper to
      // collect everything behind `after` and sort it, for every page of a long stream.
      const [page] = await database.query(
        `Reading the stream of ${id}`,
        `select string_agg(${entryLine}, ${entrySeparator} order by s.seq) as entries,
           (select root_id from flovyn.execution where id = $1) as root_id
         from flovyn.stream_entry as s, (
           select seq as first from flovyn.stream_entry where execution_id = $1 and seq > $2 order by seq limit 1
         ) as page
         where s.execution_id = $1 and s.seq >= page.first and s.seq < page.first + $3::bigint`,
        [id, after, limit],
      );
      const entries = page && maybeText(page, 'entries');
      return entries === undefined ? [] : toEntries(entries, id, text(page ?? {}, 'root_id') as ExecutionId);
    },

    async extent(id, epoch) {
      const [row] = await database.query(
        `Looking for a numbering of ${id}`,
        'select min(seq) as first, max(seq) as last from flovyn.stream_entry where execution_id = $1 and epoch = $2',
        [id, epoch],
      );
      const first = row === undefined ? undefined : maybeNumber(row, 'first');
      return row === undefined || first === undefined ? undefined : { first, last: number(row, 'last') };
    },
  };
}
