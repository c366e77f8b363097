import { executionIdOfTask } from '@flovyn/events';
import { type Json, ServiceError } from '@flovyn/protocol';
import { type Circumstances, type OwnDecision, decided } from '../decision.js';
import type { StartTaskRequest, StartWorkflowRequest, Started } from '../engine.js';
import type { ExecutionId, TaskId } from '../ids.js';
import type { IdempotencyKey } from '../ports/store.js';
import type { Ids } from '../ports/surroundings.js';
import { retryPolicy } from '../task/retry-policy.js';
import type { Change } from '../change.js';
import { noExecution } from '../execution/refusals.js';
import { isTerminalWorkflow } from '../execution/state.js';

const noMetadata = '{}' as Json;

/** A new workflow execution, or the one that the idempotency key or the repeated id stands for. */
export function startWorkflow(request: StartWorkflowRequest, ids: Ids): Starting {
  const id = request.id ?? ids.executionId();
  return starting(request, id, 'workflow', ({ now }) => ({
    type: 'WORKFLOW_CREATED',
    workflow: {
      id,
      orgId: request.orgId,
      rootId: id,
      kind: request.kind,
      queue: request.queue,
      input: request.input,
      metadata: request.metadata ?? noMetadata,
      prioritySeconds: request.prioritySeconds ?? 0,
      createdAt: now,
      ...(request.workflowVersion === undefined ? {} : { workflowVersion: request.workflowVersion }),
      ...(request.idempotency === undefined ? {} : { idempotencyKey: request.idempotency.key }),
    },
  }));
}

/** A new task, standalone or of an execution, or the one that the idempotency key or the repeated id stands for. */
export function startTask(request: StartTaskRequest, ids: Ids): Change<Started> {
  const id = request.id === undefined ? ids.executionId() : executionIdOfTask(request.id);
  const taskId = id as string as TaskId;
  const { workflowExecutionId } = request;
  const standalone = starting(request, id, 'task', ({ now }) => newTask(request, taskId, now));
  if (workflowExecutionId === undefined) return standalone;
  const { decide, keys = [] } = standalone;
  return {
    id: workflowExecutionId,
    orgId: request.orgId,
    keys,
    newTaskIds: [taskId],
    bytes: request.input.length,
    decide: (circumstances) => {
      const { execution } = circumstances;
      const workflow = execution?.workflow;
      if (workflow === undefined) throw noExecution(workflowExecutionId);
      if (isTerminalWorkflow(workflow)) {
        throw new ServiceError(
          'FAILED_PRECONDITION',
          `Execution ${workflowExecutionId} is ${workflow.status} and takes no more tasks.`,
        );
      }
      return decide({ ...circumstances, execution: execution?.tasks.has(taskId) === true ? execution : undefined });
    },
  };
}

function newTask(request: StartTaskRequest, taskId: TaskId, now: number): Creation {
  const { workflowExecutionId, timeoutMs } = request;
  return {
    type: 'TASK_CREATED',
    taskId,
    task: {
      id: taskId,
      orgId: request.orgId,
      ...(workflowExecutionId === undefined ? {} : { workflowExecutionId }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      kind: request.kind,
      queue: request.queue,
      input: request.input,
      metadata: request.metadata ?? noMetadata,
      retry: retryPolicy(request.retry),
      prioritySeconds: request.prioritySeconds ?? 0,
      createdAt: now,
      ...(request.scheduledAt === undefined || request.scheduledAt <= now ? {} : { dueAt: request.scheduledAt }),
      ...(request.idempotency === undefined ? {} : { idempotencyKey: request.idempotency.key }),
    },
  };
}

/** A start decides for itself, and hands nothing on. */
export interface Starting extends Change<Started> {
  readonly decide: (circumstances: Circumstances) => OwnDecision<Started>;
}

type Creation = OwnDecision<Started>['occurrences'][number];

function starting(
  request: StartWorkflowRequest | StartTaskRequest,
  id: ExecutionId,
  target: IdempotencyKey['target'],
  create: (circumstances: Circumstances) => Creation,
): Starting {
  const { orgId, idempotency } = request;
  return {
    id,
    orgId,
    // A given id may be a repeat; that shows as a conflict, and the second look finds it.
    fresh: true,
    bytes: request.input.length,
    ...(idempotency === undefined ? {} : { keys: [idempotency.key] }),
    decide: (circumstances) => {
      const { execution, now } = circumstances;
      const key = idempotency === undefined ? undefined : circumstances.key(idempotency.key);
      if (execution !== undefined) return decided(existing(id, execution.workflow?.createdAt ?? now));
      if (key !== undefined) {
        if (key.target !== target) throw keyTaken(key, target);
        return decided(existing(key.targetId as ExecutionId, now));
      }
      return {
        occurrences: [create(circumstances)],
        answer: { reply: { id, created: true, createdAt: now } },
        ...(idempotency === undefined
          ? {}
          : {
              keys: [
                {
                  orgId,
                  key: idempotency.key,
                  target,
                  targetId: id,
                  expiresAt: now + idempotency.ttlSeconds * 1000,
                },
              ],
            }),
      };
    },
  };
}

function existing(id: ExecutionId, createdAt: number): Started {
  return { id, created: false, createdAt };
}

function keyTaken(key: IdempotencyKey, target: IdempotencyKey['target']): ServiceError {
  return new ServiceError(
    'FAILED_PRECONDITION',
    `Idempotency key "${key.key}" stands for ${key.target} ${key.targetId} and cannot start a ${target}. Use another key.`,
  );
}
