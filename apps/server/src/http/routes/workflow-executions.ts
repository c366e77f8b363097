import type { ExecutionId, OrgId, Queries, WorkflowRecord } from '@flovyn/engine';
import { publicStatus } from '@flovyn/engine';
import { ServiceError, joinJson, toJson } from '@flovyn/protocol';
import {
  ChildWorkflowsPage,
  HistoryEventPage,
  ListEventsQuery,
  ListWorkflowsQuery,
  StartWorkflowBody,
  StartedWorkflow,
  WorkflowExecutionPage,
  WorkflowExecutionView,
  WorkflowStateView,
  WorkflowTasksPage,
  pathTo,
  paths,
} from '@flovyn/protocol/http';
import { ok } from '../answer.js';
import { type OrgRoute, orgRoute } from '../route.js';
import { childView, eventView, listOf, pageView, stateView, taskView, timestamp, workflowView } from '../views.js';
import {
  NO_INPUT,
  type RouteParts,
  found,
  idempotencyOf,
  metadataText,
  refuseQueryLanguage,
  withoutUndefined,
} from './shared.js';

/** Starting and reading workflow executions. */
export function workflowExecutionRoutes({ engine, store: { queries }, inputs }: RouteParts): readonly OrgRoute[] {
  return [
    orgRoute({
      method: 'POST',
      path: paths.workflowExecutions,
      repeatable: true,
      action: 'workflow:start',
      summary: 'Start a workflow execution',
      description: 'With an idempotency key that is known, the execution it stands for is found instead.',
      body: StartWorkflowBody,
      example: { kind: 'order', input: { id: 'o-17' }, idempotencyKey: 'order-o-17' },
      answers: {
        201: { what: 'It was started', schema: StartedWorkflow },
        200: { what: 'The idempotency key stands for this execution', schema: StartedWorkflow },
      },
      async handle({ orgId, org, body, payload, once }) {
        const { kind, queue, prioritySeconds, version, metadata, labels } = body;
        const input = payload('input') ?? NO_INPUT;
        await inputs.check({ orgId, type: 'workflow', kind, input });
        const started = await engine.startWorkflow({
          once: once(),
          orgId,
          kind,
          input,
          queue,
          prioritySeconds,
          ...(version === undefined ? undefined : { workflowVersion: version }),
          metadata: metadataText({ ...labels, ...metadata }),
          ...idempotencyOf(body),
        });
        const existing = started.created ? undefined : (await findWorkflow(queries, orgId, started.id)).workflow;
        const self = pathTo(paths.workflowExecution, { org: org.slug, id: started.id });
        return {
          status: started.created ? 201 : 200,
          json: toJson({
            workflowExecutionId: started.id,
            id: started.id,
            status: existing === undefined ? 'PENDING' : publicStatus(existing),
            kind: existing?.kind ?? kind,
            createdAt: timestamp(existing?.createdAt ?? started.createdAt),
            links: { self, events: pathTo(paths.workflowEvents, { org: org.slug, id: started.id }) },
            idempotencyKeyUsed: body.idempotencyKey !== undefined,
            idempotencyKeyNew: started.created,
          }),
        };
      },
    }),
    orgRoute({
      method: 'GET',
      path: paths.workflowExecutions,
      action: 'workflow:view',
      summary: 'List workflow executions',
      description: 'The newest first. One that is being cancelled is CANCELLING, whatever its code does meanwhile.',
      query: ListWorkflowsQuery,
      answers: found('A page of executions', WorkflowExecutionPage),
      async handle({ orgId, query: { query, ...filter } }) {
        refuseQueryLanguage(query);
        return ok(
          pageView('workflows', await queries.workflows(orgId, withoutUndefined(filter)), filter, workflowView),
        );
      },
    }),
    orgRoute({
      method: 'GET',
      path: paths.workflowExecution,
      action: 'workflow:view',
      summary: 'Read a workflow execution',
      answers: found('The execution', WorkflowExecutionView),
      handle: async ({ orgId, id }) => ok(workflowView(await findWorkflow(queries, orgId, id()))),
    }),
    orgRoute({
      method: 'GET',
      path: paths.workflowEvents,
      action: 'workflow:view',
      summary: 'Read the history of a workflow execution',
      description:
        'Both numbers are left out themselves. `beforeSequence` with `limit` gives the last events before it.',
      query: ListEventsQuery,
      answers: found('Events in order', HistoryEventPage),
      async handle({ orgId, id, query: { sinceSequence, beforeSequence, limit } }) {
        const events = await queries.history(
          orgId,
          id(),
          // Going back from a number with a limit means the last ones before it, not the first ones of all.
          withoutUndefined({
            after: sinceSequence,
            before: beforeSequence,
            limit,
            fromEnd: beforeSequence !== undefined && sinceSequence === undefined,
          }),
        );
        if (events === undefined) throw noWorkflow(id());
        return ok(joinJson({}, { events: listOf(events.map(eventView)) }));
      },
    }),
    orgRoute({
      method: 'GET',
      path: paths.workflowState,
      action: 'workflow:view',
      summary: 'Read what a workflow execution keeps by key',
      answers: found('Its state', WorkflowStateView),
      async handle({ orgId, id }) {
        const state = await queries.state(orgId, id());
        if (state === undefined) throw noWorkflow(id());
        return ok(stateView(state.values, state.asOf));
      },
    }),
    orgRoute({
      method: 'GET',
      path: paths.workflowTasks,
      action: 'workflow:view',
      summary: 'List the tasks of a workflow execution',
      answers: found('All of them, in the order they were scheduled', WorkflowTasksPage),
      async handle({ orgId, id }) {
        const tasks = await queries.tasksOf(orgId, id());
        if (tasks === undefined) throw noWorkflow(id());
        return ok(joinJson({}, { tasks: listOf(tasks.map(taskView)) }));
      },
    }),
    orgRoute({
      method: 'GET',
      path: paths.workflowChildren,
      action: 'workflow:view',
      summary: 'List the children of a workflow execution',
      answers: found('All of them, the oldest first', ChildWorkflowsPage),
      async handle({ orgId, id }) {
        const children = await queries.children(orgId, id());
        if (children === undefined) throw noWorkflow(id());
        return ok(joinJson({}, { children: listOf(children.map(childView)) }));
      },
    }),
  ];
}

/** @throws {ServiceError} NOT_FOUND */
export async function findWorkflow(queries: Queries, orgId: OrgId, id: ExecutionId): Promise<WorkflowRecord> {
  const record = await queries.workflow(orgId, id);
  if (record === undefined) throw noWorkflow(id);
  return record;
}

function noWorkflow(id: ExecutionId): ServiceError {
  return new ServiceError('NOT_FOUND', `There is no workflow execution ${id}.`);
}
