import type { CommitBatch, ExecutionWrite, WorkflowState } from '@flovyn/engine';
import { type Json, fromJson, toJson } from '@flovyn/protocol';
import { type Column, bytes, float8, int8, text, uuid } from '../lane/columns.js';
import { guardedUpdate, insert, requireAll, rowsOf } from './shapes.js';

const id: Column<ExecutionWrite> = uuid('id', (row) => row.id);

/** Columns that only workflows have. */
const workflowMoving: readonly Column<WorkflowState>[] = [
  text('status', (workflow) => workflow.status),
  int8('updated_at', (workflow) => workflow.updatedAt),
  int8('started_at', (workflow) => workflow.startedAt),
  int8('completed_at', (workflow) => ('completedAt' in workflow ? workflow.completedAt : undefined)),
  int8('wake_sequence', (workflow) => workflow.wakeSequence),
  int8('claimed_sequence', (workflow) => claimOf(workflow)?.claimedSequence),
  int8('speculative_sequence', (workflow) => claimOf(workflow)?.speculativeSequence),
  int8('last_turn_sequence', (workflow) => workflow.lastTurn?.sequence),
  text('last_turn_id', (workflow) => workflow.lastTurn?.turnId),
  uuid('claim_session', (workflow) => claimOf(workflow)?.sessionId),
  uuid('holder', (workflow) => workflow.holder),
  text('claim_worker', (workflow) => claimOf(workflow)?.workerId),
  text('claim_token', (workflow) => claimOf(workflow)?.token),
  text('suspend_type', (workflow) => (workflow.status === 'WAITING' ? workflow.suspendType : undefined)),
  bytes('waiting_on', (workflow) => (workflow.status === 'WAITING' ? toJson(workflow.waitingOn) : undefined)),
  bytes('outcome', outcomeOf),
];

const workflowFixed: readonly Column<WorkflowState>[] = [
  uuid('parent_id', (workflow) => workflow.parentId),
  int8('created_at', (workflow) => workflow.createdAt),
  float8('priority_seconds', (workflow) => workflow.prioritySeconds),
  text('kind', (workflow) => workflow.kind),
  text('queue', (workflow) => workflow.queue),
  text('workflow_version', (workflow) => workflow.workflowVersion),
  text('idempotency_key', (workflow) => workflow.idempotencyKey),
  bytes('input', (workflow) => workflow.input),
  bytes('metadata', (workflow) => workflow.metadata),
];

const movingColumns: readonly Column<ExecutionWrite>[] = [
  int8('version', (row) => row.version),
  int8('sequence', (row) => row.sequence),
  int8('epoch_base', (row) => row.epochBase),
  text('epoch', (row) => row.epoch),
  text('life', (row) => row.life),
  ...workflowMoving.map(ofWorkflow),
];

const fixedColumns: readonly Column<ExecutionWrite>[] = [
  uuid('org_id', (row) => row.orgId),
  uuid('root_id', (row) => row.rootId),
  ...workflowFixed.map(ofWorkflow),
];

export const insertExecutions = insert('insert_executions', 'execution', [id, ...fixedColumns, ...movingColumns]);

export const updateExecutions = guardedUpdate(
  'update_executions',
  'execution',
  id,
  movingColumns,
  (row) => row.expectedVersion,
);

const removalColumns: readonly Column<CommitBatch['deleted'][number]>[] = [
  uuid('id', (row) => row.id),
  int8('expected_version', (row) => row.expectedVersion),
];

export const deleteExecutions = {
  name: 'delete_executions',
  sql: requireAll(`
    delete from flovyn.execution as t using (${rowsOf(removalColumns)}) as n
    where t.id = n.id and t.version = n.expected_version`),
  columns: removalColumns,
};

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

function ofWorkflow(column: Column<WorkflowState>): Column<ExecutionWrite> {
  return { ...column, value: ({ workflow }) => (workflow === undefined ? undefined : column.value(workflow)) };
}

function claimOf(workflow: WorkflowState) {
  return workflow.status === 'RUNNING' ? workflow.claim : undefined;
}

function outcomeOf(workflow: WorkflowState): Json | undefined {
  switch (workflow.status) {
    case 'PENDING':
    case 'RUNNING':
      return undefined;
    case 'WAITING':
    case 'CANCELLED':
      return toJson(workflow.reason);
    case 'COMPLETED':
      return workflow.output;
    case 'FAILED':
      return toJson(workflow.error);
  }
}
