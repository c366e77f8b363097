import type { OrgId, TaskId } from '@flovyn/engine';
import { type Json, ServiceError } from '@flovyn/protocol';
import {
  CancelBody,
  ListTasksQuery,
  RetryBody,
  StartTaskBody,
  TaskExecutionPage,
  TaskExecutionView,
  paths,
} from '@flovyn/protocol/http';
import { ok } from '../answer.js';
import { type OrgRoute, orgRoute } from '../route.js';
import { pageView, taskView } from '../views.js';
import {
  NO_INPUT,
  type RouteParts,
  found,
  idempotencyOf,
  inTheWrongState,
  metadataText,
  refuseQueryLanguage,
  withoutUndefined,
} from './shared.js';
import { findStandaloneTask } from './tasks.js';

/** Starting, reading and ending standalone tasks. */
export function taskExecutionRoutes({ engine, store: { queries }, inputs }: RouteParts): readonly OrgRoute[] {
  const show = async (orgId: OrgId, id: TaskId): Promise<Json> =>
    taskView(await findStandaloneTask(queries, orgId, id));

  return [
    orgRoute({
      method: 'POST',
      path: paths.taskExecutions,
      repeatable: true,
      action: 'task:start',
      summary: 'Start a standalone task',
      description: 'With an idempotency key that is known, the task it stands for is found instead.',
      body: StartTaskBody,
      example: {
        kind: 'data-export-task',
        input: { format: 'csv', dataset_name: 'orders', record_count: 500 },
        maxRetries: 3,
      },
      answers: {
        201: { what: 'It was started', schema: TaskExecutionView },
        200: { what: 'The idempotency key stands for this task', schema: TaskExecutionView },
      },
      async handle({ orgId, body, payload, once }) {
        const { kind, queue, maxRetries, metadata, scheduledAt } = body;
        const input = payload('input') ?? NO_INPUT;
        await inputs.check({ orgId, type: 'task', kind, input });
        const started = await engine.startTask({
          once: once(),
          orgId,
          kind,
          input,
          queue,
          retry: { maxRetries },
          metadata: metadataText(metadata),
          ...(scheduledAt === undefined ? undefined : { scheduledAt: Date.parse(scheduledAt) }),
          ...idempotencyOf(body),
        });
        // A standalone task's stream goes by the task's own id.
        return { status: started.created ? 201 : 200, json: await show(orgId, started.id as string as TaskId) };
      },
    }),
    orgRoute({
      method: 'GET',
      path: paths.taskExecutions,
      action: 'task:view',
      summary: 'List standalone tasks',
      description: 'The newest first.',
      query: ListTasksQuery,
      answers: found('A page of tasks', TaskExecutionPage),
      async handle({ orgId, query: { query, metadata, ...filter } }) {
        refuseQueryLanguage(query);
        if (metadata !== undefined) {
          throw new ServiceError(
            'INVALID_ARGUMENT',
            'Tasks cannot be filtered by metadata; use status, kind or queue.',
          );
        }
        return ok(pageView('tasks', await queries.tasks(orgId, withoutUndefined(filter)), filter, taskView));
      },
    }),
    orgRoute({
      method: 'GET',
      path: paths.taskExecution,
      action: 'task:view',
      summary: 'Read a standalone task',
      answers: found('The task', TaskExecutionView),
      handle: async ({ orgId, id }) => ok(await show(orgId, id())),
    }),
    orgRoute({
      method: 'DELETE',
      path: paths.taskExecution,
      action: 'task:delete',
      summary: 'Remove a standalone task that has not begun',
      description: 'Its idempotency key is free again. 400 when it is not PENDING.',
      answers: { 204: { what: 'It is gone' } },
      async handle({ orgId, id }) {
        const { task } = await findStandaloneTask(queries, orgId, id());
        await engine.deleteTask({ orgId, id: task.id }).catch(inTheWrongState);
        return { status: 204 };
      },
    }),
    orgRoute({
      method: 'POST',
      path: paths.taskCancel,
      repeatable: true,
      action: 'task:update',
      summary: 'Cancel a standalone task',
      description: '409 when it has ended.',
      body: CancelBody,
      example: { reason: 'not needed any more' },
      answers: found('The task as it is now', TaskExecutionView),
      async handle({ orgId, id, body, once }) {
        const { task } = await findStandaloneTask(queries, orgId, id());
        await engine.cancelTask({ once: once(), orgId, id: task.id, reason: body.reason ?? '' });
        return ok(await show(orgId, task.id));
      },
    }),
    orgRoute({
      method: 'POST',
      path: paths.taskRetry,
      repeatable: true,
      action: 'task:update',
      summary: 'Try a failed standalone task again',
      description: '409 when it is not FAILED.',
      body: RetryBody,
      example: { note: 'the disk has room again' },
      answers: found('The task as it is now', TaskExecutionView),
      async handle({ orgId, id, body, once }) {
        const { task } = await findStandaloneTask(queries, orgId, id());
        await engine.retryTask({ once: once(), orgId, id: task.id, note: body.note ?? '' });
        return ok(await show(orgId, task.id));
      },
    }),
  ];
}
