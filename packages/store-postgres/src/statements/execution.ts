import { type CommitBatch, type ExecutionWrite, publicStatus } from '@flovyn/engine';
import { fromJson, toJson } from '@flovyn/protocol';
import { type Column, bytes, int8, text, uuid } from '../lane/columns.js';
import { metadataColumn, packExecutionMoving, packWorkflowFixed } from '../packed.js';
import { guarded, guardedUpdate, insert } from './shapes.js';

const id: Column<ExecutionWrite> = uuid('id', (row) => row.id);

const movingColumns: readonly Column<ExecutionWrite>[] = [
  int8('version', (row) => row.version),
  int8('sequence', (row) => row.sequence),
  // What people see, because lists are filtered by it; `state` knows better.
  text('status', ({ workflow }) => workflow && publicStatus(workflow)),
  uuid('claim_session', ({ workflow }) => (workflow?.status === 'RUNNING' ? workflow.claim.sessionId : undefined)),
  bytes('state', packExecutionMoving),
  bytes('output', ({ workflow }) => (workflow?.status === 'COMPLETED' ? workflow.output : undefined)),
];

const fixedColumns: readonly Column<ExecutionWrite>[] = [
  uuid('org_id', (row) => row.orgId),
  uuid('root_id', (row) => row.rootId),
  int8('created_at', ({ workflow }) => workflow?.createdAt),
  text('kind', ({ workflow }) => workflow?.kind),
  text('queue', ({ workflow }) => workflow?.queue),
  bytes('input', ({ workflow }) => workflow?.input),
  bytes('metadata', ({ workflow }) => metadataColumn(workflow)),
  bytes('fixed', ({ workflow }) => workflow && packWorkflowFixed(workflow)),
  uuid('parent_id', ({ workflow }) => workflow?.parentId),
];

export const insertExecutions = insert('insert_executions', 'execution', [id, ...fixedColumns, ...movingColumns]);

export const updateExecutions = guardedUpdate(
  'update_executions',
  'execution',
  [id],
  movingColumns,
  (row) => row.expectedVersion,
);

const removalColumns: readonly Column<CommitBatch['deleted'][number]>[] = [
  uuid('id', (row) => row.id),
  int8('expected_version', (row) => row.expectedVersion),
];

export const deleteExecutions = guarded(
  'delete_executions',
  removalColumns,
  (rows) => `
    delete from flovyn.execution as t using (${rows}) as n where t.id = n.id and t.version = n.expected_version`,
);

/** An execution and one of the texts its lists may be filtered by. */
export interface Tag {
  readonly executionId: string;
  readonly tag: string;
}

/** Few executions have metadata, so their tags do not burden the insert of all. */
export const setTags = {
  name: 'set_tags',
  sql: `
    update flovyn.execution as t set tags = n.tags
    from (
      select id, array_agg(tag) as tags from unnest($1::uuid[], $2::text[]) as n(id, tag) group by id order by id
    ) as n
    where t.id = n.id`,
  columns: [uuid<Tag>('id', (row) => row.executionId), text<Tag>('tag', (row) => row.tag)],
};

/** The members of an execution's metadata that lists can be filtered by: texts, and what can be written as one. */
export function tagsOf({ id: executionId, workflow }: ExecutionWrite): Tag[] {
  if (workflow === undefined) return [];
  const metadata = fromJson(workflow.metadata);
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return [];
  return Object.entries(metadata).flatMap(([name, value]) =>
    typeof value === 'object' ? [] : [{ executionId, tag: toTag(name, String(value)) }],
  );
}

export function toTag(name: string, value: string): string {
  return toJson([name, value]);
}
