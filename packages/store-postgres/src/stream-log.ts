import type { ExecutionId, StreamHead, StreamLog } from '@flovyn/engine';
import type { Database } from './database.js';
import { unpackExecutionMoving } from './packed.js';
import { entryLine, entrySeparator, toEntries } from './entry-lines.js';
import { readPage } from './read-page.js';
import { json, maybeNumber, maybeText, number, text } from './text-row.js';

const ended = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

/** The first entry above a number. */
const firstAfter = (after: string): string =>
  `(select seq from flovyn.stream_entry where execution_id = $1 and seq > ${after} order by seq limit 1)`;

// Bounded on both sides: with a limit alone, PostgreSQL may think it cheaper to collect everything behind the number and
// sort it, for every page of a long stream.
const selectWindow = `
  with page as materialized (
    select page_first as first, ${firstAfter('page_first + $3::bigint - 1')} as next from ${firstAfter('$2')} as f(page_first)
  )
  select string_agg(${entryLine}, ${entrySeparator} order by s.seq) as entries, (select next from page) as next,
    (select root_id from flovyn.execution where id = $1) as root_id
  from flovyn.stream_entry as s, page
  where s.execution_id = $1 and s.seq >= page.first and s.seq < page.first + $3::bigint`;

/** The stored streams. Entries leave as the text they came as. */
export function createStreamLog(database: Database): StreamLog {
  return {
    async head(orgId, id) {
      const [row] = await database.query(
        `Looking for the stream of ${id}`,
        `select e.root_id, e.kind, convert_from(e.state, 'UTF8') as state,
           coalesce(e.status, t.status) as status,
           (select seq from flovyn.stream_entry where execution_id = e.id order by seq desc limit 1) as seq
         from flovyn.execution as e left join flovyn.task as t on t.id = e.id
         where e.id = $1 and e.org_id = $2`,
        [id, orgId],
      );
      if (row === undefined) return undefined;
      const status = maybeText(row, 'status');
      const { epoch } = unpackExecutionMoving(json(row, 'state'));
      return {
        executionId: id,
        rootId: text(row, 'root_id') as ExecutionId,
        // A standalone task's kind is in the row of the task.
        type: maybeText(row, 'kind') === undefined ? 'task' : 'workflow',
        epoch,
        seq: maybeNumber(row, 'seq') ?? 0,
        ended: status !== undefined && ended.has(status) ? (status as StreamHead['ended']) : undefined,
      };
    },

    read: (id, after, limit) =>
      readPage(after, limit, async (from, most) => {
        const [page = {}] = await database.query(`Reading the stream of ${id}`, selectWindow, [id, from, most]);
        const lines = maybeText(page, 'entries');
        return {
          entries: lines === undefined ? [] : toEntries(lines, id, text(page, 'root_id') as ExecutionId),
          next: maybeNumber(page, 'next'),
        };
      }),

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
