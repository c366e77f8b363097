import type { Engine, ExecutionId, OrgId, Queries, WorkflowRecord } from '@flovyn/engine';
import { type Json, ServiceError, joinJson, parseIdempotencyKey, toJson } from '@flovyn/protocol';
import { ListEventsQuery, ListWorkflowsQuery, StartWorkflowBody, parseTtl, pathTo, paths } from '@flovyn/protocol/http';
import { type Route, ok, okValue } from '../call.js';
import { eventView, listOf, pageView, stateView, taskView, timestamp, workflowView } from '../views.js';
import { metadataText, refuseQueryLanguage, withoutUndefined } from './shared.js';

const NO_INPUT = '{}' as Json;

/** Starting and reading workflow executions. */
export function workflowExecutionRoutes(engine: Engine, queries: Queries): readonly Route[] {
  const find = async (orgId: OrgId, id: ExecutionId): Promise<WorkflowRecord> => {
    const record = await queries.workflow(orgId, id);
    if (record === undefined) throw notFound(id);
    return record;
  };

  return [
    {
      method: 'POST',
      path: paths.workflowExecutions,
      action: 'workflow:start',
      async handle(call) {
        const { body, payload } = await call.body(StartWorkflowBody);
        const { kind, queue, prioritySeconds, version, idempotencyKey, metadata, labels } = body;
        const started = await engine.startWorkflow({
          orgId: call.orgId,
          kind,
          input: payload('input') ?? NO_INPUT,
          queue,
          prioritySeconds,
          ...(version === undefined ? undefined : { workflowVersion: version }),
          metadata: metadataText({ ...labels, ...metadata }),
          ...(idempotencyKey === undefined
            ? undefined
            : {
                idempotency: {
                  key: parseIdempotencyKey(idempotencyKey),
                  ttlSeconds: parseTtl(body.idempotencyKeyTTL),
                },
              }),
        });
        const existing = started.created ? undefined : await find(call.orgId, started.id);
        const self = pathTo(paths.workflowExecution, { org: call.org.slug, id: started.id });
        return {
          status: started.created ? 201 : 200,
          json: toJson({
            workflowExecutionId: started.id,
            id: started.id,
            status: existing?.workflow.status ?? 'PENDING',
            kind: existing?.workflow.kind ?? kind,
            createdAt: timestamp(existing?.workflow.createdAt ?? started.createdAt),
            links: { self, events: pathTo(paths.workflowEvents, { org: call.org.slug, id: started.id }) },
            idempotencyKeyUsed: idempotencyKey !== undefined,
            idempotencyKeyNew: started.created,
          }),
        };
      },
    },
    {
      method: 'GET',
      path: paths.workflowExecutions,
      action: 'workflow:view',
      async handle(call) {
        const { query, status, ...filter } = call.query(ListWorkflowsQuery);
        refuseQueryLanguage(query);
        // Nothing is in this state yet; the word is known all the same.
        if (status === 'CANCELLING') {
          return ok(pageView('workflows', { rows: [], total: 0, nextCursor: undefined }, filter, workflowView));
        }
        const page = await queries.workflows(call.orgId, withoutUndefined({ ...filter, status }));
        return ok(pageView('workflows', page, filter, workflowView));
      },
    },
    {
      method: 'GET',
      path: paths.workflowExecution,
      action: 'workflow:view',
      handle: async (call) => ok(workflowView(await find(call.orgId, call.id()))),
    },
    {
      method: 'GET',
      path: paths.workflowEvents,
      action: 'workflow:view',
      async handle(call) {
        const { sinceSequence, beforeSequence, limit } = call.query(ListEventsQuery);
        const id = call.id<ExecutionId>();
        const events = await queries.history(
          call.orgId,
          id,
          // Going back from a number with a limit means the last ones before it, not the first ones of all.
          withoutUndefined({
            after: sinceSequence,
            before: beforeSequence,
            limit,
            fromEnd: beforeSequence !== undefined && sinceSequence === undefined,
          }),
        );
        if (events === undefined) throw notFound(id);
        return ok(joinJson({}, { events: listOf(events.map(eventView)) }));
      },
    },
    {
      method: 'GET',
      path: paths.workflowState,
      action: 'workflow:view',
      async handle(call) {
        const id = call.id<ExecutionId>();
        const state = await queries.state(call.orgId, id);
        if (state === undefined) throw notFound(id);
        return ok(stateView(state.values, state.asOf));
      },
    },
    {
      method: 'GET',
      path: paths.workflowTasks,
      action: 'workflow:view',
      async handle(call) {
        const id = call.id<ExecutionId>();
        const tasks = await queries.tasksOf(call.orgId, id);
        if (tasks === undefined) throw notFound(id);
        return ok(joinJson({}, { tasks: listOf(tasks.map(taskView)) }));
      },
    },
    {
      method: 'GET',
      path: paths.workflowChildren,
      action: 'workflow:view',
      async handle(call) {
        await find(call.orgId, call.id());
        // Nothing makes child executions yet, so there are none.
        return okValue({ children: [] });
      },
    },
  ];
}

function notFound(id: ExecutionId): ServiceError {
  return new ServiceError('NOT_FOUND', `There is no workflow execution ${id}.`);
}
