import type { DefinitionType, ExecutionId, OrgId, StreamEntry, WorkflowRecord } from '@flovyn/engine';
import { frameJson } from '@flovyn/events/sse';
import { type Json, toJson } from '@flovyn/protocol';
import { EXPORT_FORMAT, WorkflowExportView, paths } from '@flovyn/protocol/http';
import { definitionView, onlineAfter } from '../registry-views.js';
import { type OrgRoute, orgRoute } from '../route.js';
import { eventView, taskView, timestamp, workflowView } from '../views.js';
import { type RouteParts, found } from './shared.js';
import { findWorkflow } from './workflow-executions.js';

/** Rows read at once. */
const PAGE = 500;

/** One execution whole, as a file. */
export function workflowExportRoutes(parts: RouteParts): readonly OrgRoute[] {
  return [
    orgRoute({
      method: 'GET',
      path: paths.workflowExport,
      action: 'workflow:view',
      summary: 'Export a workflow execution',
      description: 'Its history, its tasks, what is kept of its stream, and its definitions, as one file.',
      answers: found('The file', WorkflowExportView),
      async handle({ orgId, id }) {
        const record = await findWorkflow(parts.store.queries, orgId, id());
        const headers = { 'content-disposition': `attachment; filename="${record.workflow.id}.json"` };
        const body = exportOf(parts, orgId, record);
        return { status: 200, content: { type: 'application/json; charset=utf-8', body }, headers };
      },
    }),
  ];
}

/** The file, piece by piece: a history alone may have 50 MiB. */
async function* exportOf(
  { store, clock }: RouteParts,
  orgId: OrgId,
  record: WorkflowRecord,
): AsyncGenerator<string, void, void> {
  const { id, kind } = record.workflow;
  const now = clock.now();
  yield `{"format":${toJson(EXPORT_FORMAT)},"version":1,"exportedAt":${toJson(timestamp(now))}`;
  yield `,"execution":${workflowView(record)},"events":`;
  yield* list(events(store, orgId, record));
  const tasks = (await store.queries.tasksOf(orgId, id)) ?? [];
  yield ',"tasks":';
  yield* list(one(tasks.map(taskView)));
  yield ',"entries":';
  yield* list(entries(store, orgId, id));
  const describe = async (type: DefinitionType, kinds: readonly string[]): Promise<readonly Json[]> => {
    const known = await Promise.all(kinds.map((each) => store.workers.definition(orgId, type, each)));
    return known.flatMap((definition) =>
      definition === undefined ? [] : [definitionView(definition, onlineAfter(now))],
    );
  };
  yield ',"definitions":{"workflows":';
  yield* list(one(await describe('workflow', [kind])));
  yield ',"tasks":';
  yield* list(one(await describe('task', [...new Set(tasks.map(({ task }) => task.kind))])));
  yield '}}';
}

async function* events(
  { queries }: RouteParts['store'],
  orgId: OrgId,
  { workflow, sequence }: WorkflowRecord,
): AsyncGenerator<readonly Json[], void, void> {
  // What is written from now on is not in the file: it would not agree with the execution's record in it.
  for (let after = 0; after < sequence;) {
    const page = await queries.history(orgId, workflow.id, { after, before: sequence + 1, limit: PAGE });
    const last = page?.at(-1);
    if (page === undefined || last === undefined) return;
    yield page.map(eventView);
    after = last.sequence;
  }
}

async function* entries(
  { streams }: RouteParts['store'],
  orgId: OrgId,
  id: ExecutionId,
): AsyncGenerator<readonly Json[], void, void> {
  const head = await streams.head(orgId, id);
  if (head === undefined) return;
  for (let after = 0; after < head.seq;) {
    const page = await streams.read(id, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.filter(({ seq }) => seq <= head.seq).map(frameOf);
    after = last.seq;
  }
}

function frameOf(entry: StreamEntry): Json {
  const { seq, epoch, executionId, rootId, taskId, attempt, timestampMs, event } = entry;
  const head = { seq, epoch, executionId, rootExecutionId: rootId, taskExecutionId: taskId, attempt, timestampMs };
  return frameJson(head, event) as Json;
}

async function* one(items: readonly Json[]): AsyncGenerator<readonly Json[], void, void> {
  yield items;
}

/** Pages of items as one JSON list. */
async function* list(pages: AsyncIterable<readonly Json[]>): AsyncGenerator<string, void, void> {
  let before = '[';
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield before + page.join(',');
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
