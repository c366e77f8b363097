import type { Engine, Queries, TaskId } from '@flovyn/engine';
import { type Json, ServiceError, parseIdempotencyKey } from '@flovyn/protocol';
import { CancelBody, ListTasksQuery, RetryBody, StartTaskBody, parseTtl, paths } from '@flovyn/protocol/http';
import { type Call, type Route, ok } from '../call.js';
import { pageView, taskView } from '../views.js';
import { metadataText, refuseQueryLanguage, withoutUndefined } from './shared.js';
import { findStandaloneTask } from './tasks.js';

const NO_INPUT = '{}' as Json;

/** Starting, reading and ending standalone tasks. */
export function taskExecutionRoutes(engine: Engine, queries: Queries): readonly Route[] {
  const show = async (call: Call, id: TaskId): Promise<Json> =>
    taskView(await findStandaloneTask(queries, call.orgId, id));

  return [
    {
      method: 'POST',
      path: paths.taskExecutions,
      action: 'task:start',
      async handle(call) {
        const { body, payload } = await call.body(StartTaskBody);
        const { kind, queue, maxRetries, metadata, idempotencyKey, scheduledAt } = body;
        const started = await engine.startTask({
          orgId: call.orgId,
          kind,
          input: payload('input') ?? NO_INPUT,
          queue,
          retry: { maxRetries },
          metadata: metadataText(metadata),
          ...(scheduledAt === undefined ? undefined : { scheduledAt: Date.parse(scheduledAt) }),
          ...(idempotencyKey === undefined
            ? undefined
            : {
                idempotency: {
                  key: parseIdempotencyKey(idempotencyKey),
                  ttlSeconds: parseTtl(body.idempotencyKeyTTL),
                },
              }),
        });
        // A standalone task's stream goes by the task's own id.
        return { status: started.created ? 201 : 200, json: await show(call, started.id as string as TaskId) };
      },
    },
    {
      method: 'GET',
      path: paths.taskExecutions,
      action: 'task:view',
      async handle(call) {
        const { query, metadata, ...filter } = call.query(ListTasksQuery);
        refuseQueryLanguage(query);
        if (metadata !== undefined) {
          throw new ServiceError(
            'INVALID_ARGUMENT',
            'Tasks cannot be filtered by metadata; use status, kind or queue.',
          );
        }
        return ok(pageView('tasks', await queries.tasks(call.orgId, withoutUndefined(filter)), filter, taskView));
      },
    },
    {
      method: 'GET',
      path: paths.taskExecution,
      action: 'task:view',
      handle: async (call) => ok(await show(call, call.id())),
    },
    {
      method: 'DELETE',
      path: paths.taskExecution,
      action: 'task:delete',
      async handle(call) {
        const { task } = await findStandaloneTask(queries, call.orgId, call.id());
        await engine.deleteTask({ orgId: call.orgId, id: task.id }).catch(inTheWrongState);
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      path: paths.taskCancel,
      action: 'task:update',
      async handle(call) {
        const { body } = await call.body(CancelBody);
        const { task } = await findStandaloneTask(queries, call.orgId, call.id());
        await engine.cancelTask({ orgId: call.orgId, id: task.id, reason: body.reason ?? '' });
        return ok(await show(call, task.id));
      },
    },
    {
      method: 'POST',
      path: paths.taskRetry,
      action: 'task:update',
      async handle(call) {
        const { body } = await call.body(RetryBody);
        const { task } = await findStandaloneTask(queries, call.orgId, call.id());
        await engine.retryTask({ orgId: call.orgId, id: task.id, note: body.note ?? '' });
        return ok(await show(call, task.id));
      },
    },
  ];
}

/** Existing callers expect 400, not 409, for deleting a task that has begun. */
function inTheWrongState(error: unknown): never {
  if (ServiceError.is(error) && error.code === 'FAILED_PRECONDITION') {
    throw new ServiceError('INVALID_ARGUMENT', error.message, { cause: error });
  }
  throw error;
}
