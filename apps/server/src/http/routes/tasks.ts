import type { OrgId, Queries, TaskId, TaskRecord } from '@flovyn/engine';
import { ServiceError, joinJson } from '@flovyn/protocol';
import { ListLogsQuery, paths } from '@flovyn/protocol/http';
import type { Action } from '../../auth/access.js';
import { type Answer, type Call, type Route, ok } from '../call.js';
import { attemptsView, logView, pageView } from '../views.js';
import { withoutUndefined } from './shared.js';

/** Attempts and logs: the same for tasks of workflows and standalone ones, under two addresses. */
export function taskRecordRoutes(queries: Queries): readonly Route[] {
  const ofWorkflow = async (call: Call): Promise<TaskRecord> => {
    const id = call.id<TaskId>('taskId');
    const record = await queries.task(call.orgId, id);
    if (record !== undefined && record.task.workflowExecutionId === call.id()) return record;
    throw new ServiceError('NOT_FOUND', `There is no task ${id} in this workflow execution.`);
  };
  const standalone = (call: Call): Promise<TaskRecord> => findStandaloneTask(queries, call.orgId, call.id());

  const attempts = async (call: Call, find: typeof standalone): Promise<Answer> => {
    const { task } = await find(call);
    const ended = await queries.attempts(call.orgId, task.id);
    return ok(joinJson({}, { attempts: attemptsView(task, ended) }));
  };
  const logs = async (call: Call, find: typeof standalone): Promise<Answer> => {
    const filter = call.query(ListLogsQuery);
    const { task } = await find(call);
    return ok(pageView('logs', await queries.logs(call.orgId, task.id, withoutUndefined(filter)), filter, logView));
  };
  const route = (path: string, action: Action, handle: (call: Call) => Promise<Answer>): Route => ({
    method: 'GET',
    path,
    action,
    handle,
  });

  return [
    route(paths.workflowTaskAttempts, 'workflow:view', (call) => attempts(call, ofWorkflow)),
    route(paths.workflowTaskLogs, 'workflow:view', (call) => logs(call, ofWorkflow)),
    route(paths.taskAttempts, 'task:view', (call) => attempts(call, standalone)),
    route(paths.taskLogs, 'task:view', (call) => logs(call, standalone)),
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
