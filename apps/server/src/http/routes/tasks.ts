import type { OrgId, Queries, TaskId, TaskRecord } from '@flovyn/engine';
import { ServiceError, joinJson } from '@flovyn/protocol';
import { AttemptPage, ListLogsQuery, LogPage, paths } from '@flovyn/protocol/http';
import type { Action } from '../../auth/access.js';
import { ok } from '../answer.js';
import type { Call } from '../call.js';
import { type OrgRoute, orgRoute } from '../route.js';
import { attemptsView, logView, pageView } from '../views.js';
import { type RouteParts, found, withoutUndefined } from './shared.js';

type FindTask = (orgId: OrgId, call: Pick<Call, 'id'>) => Promise<TaskRecord>;

/** Attempts and logs: the same for tasks of workflows and standalone ones, under two addresses. */
export function taskRecordRoutes({ store: { queries } }: RouteParts): readonly OrgRoute[] {
  const ofWorkflow: FindTask = async (orgId, { id }) => {
    const taskId = id<TaskId>('taskId');
    const record = await queries.task(orgId, taskId);
    if (record !== undefined && record.task.workflowExecutionId === id()) return record;
    throw new ServiceError('NOT_FOUND', `There is no task ${taskId} in this workflow execution.`);
  };
  const standalone: FindTask = (orgId, { id }) => findStandaloneTask(queries, orgId, id());

  const attempts = (path: string, action: Action, find: FindTask): OrgRoute =>
    orgRoute({
      method: 'GET',
      path,
      action,
      summary: 'List the attempts of a task',
      answers: found('All of them, the first one first', AttemptPage),
      async handle({ orgId, id }) {
        const { task } = await find(orgId, { id });
        return ok(joinJson({}, { attempts: attemptsView(task, await queries.attempts(orgId, task.id)) }));
      },
    });
  const logs = (path: string, action: Action, find: FindTask): OrgRoute =>
    orgRoute({
      method: 'GET',
      path,
      action,
      summary: 'Read the log of a task',
      description: 'The oldest line first.',
      query: ListLogsQuery,
      answers: found('A page of lines', LogPage),
      async handle({ orgId, id, query }) {
        const { task } = await find(orgId, { id });
        return ok(pageView('logs', await queries.logs(orgId, task.id, withoutUndefined(query)), query, logView));
      },
    });

  return [
    attempts(paths.workflowTaskAttempts, 'workflow:view', ofWorkflow),
    logs(paths.workflowTaskLogs, 'workflow:view', ofWorkflow),
    attempts(paths.taskAttempts, 'task:view', standalone),
    logs(paths.taskLogs, 'task:view', standalone),
  ];
}

/** @throws {ServiceError} NOT_FOUND, which says so when the id is that of a workflow's task. */
export async function findStandaloneTask(queries: Queries, orgId: OrgId, id: TaskId): Promise<TaskRecord> {
  const record = await queries.task(orgId, id);
  if (record === undefined) throw new ServiceError('NOT_FOUND', `There is no task ${id}.`);
  if (record.task.workflowExecutionId === undefined) return record;
  throw new ServiceError(
    'NOT_FOUND',
    `${id} is not a standalone task; it belongs to the workflow execution ${record.task.workflowExecutionId}.`,
  );
}
