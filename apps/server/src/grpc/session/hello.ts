import type { ExecutionId, HandOver, OpenSession, SessionId, TaskId } from '@flovyn/engine';
import { ServiceError, parseInteger, parseKind, parseQueue, parseUuid } from '@flovyn/protocol';
import type { Hello } from '@flovyn/protocol/grpc';
import { v5 as uuidV5 } from 'uuid';
import type { Principal } from '../../auth/principal.js';

/** More turns or attempts at a time than any process takes. */
const MOST_AT_A_TIME = 100_000;
const MOST_KINDS = 10_000;

/**
 * What a worker says of itself when it connects, checked.
 *
 * @throws {ServiceError} INVALID_ARGUMENT, PERMISSION_DENIED for another organisation, UNIMPLEMENTED for agents.
 */
export function parseHello(hello: Hello, principal: Principal, deliver: (work: HandOver) => void): OpenSession {
  const { registration, sessionId } = hello;
  if (registration === undefined) throw new ServiceError('INVALID_ARGUMENT', 'The hello needs a registration.');
  const { orgId } = principal;
  if (registration.orgId !== '' && parseUuid(registration.orgId, 'org_id') !== orgId) {
    throw new ServiceError('PERMISSION_DENIED', 'The API key belongs to another organisation than org_id.');
  }
  if (registration.agents.length > 0) {
    throw new ServiceError('UNIMPLEMENTED', 'This version of the server does not run agents.');
  }
  const workerName = registration.workerName === '' ? 'worker' : registration.workerName.slice(0, 255);
  return {
    orgId,
    // One name is one worker, also after a restart of either side.
    workerId: uuidV5(workerName, orgId),
    workerName,
    queue: hello.queue === '' ? 'default' : parseQueue(hello.queue),
    workflowKinds: kinds(registration.workflows),
    taskKinds: kinds(registration.tasks),
    workflowCapacity: capacity(hello.workflowCapacity, 'workflow_capacity'),
    taskCapacity: capacity(hello.taskCapacity, 'task_capacity'),
    ...(sessionId === undefined || sessionId === '' ? undefined : { resume: resume(hello, sessionId) }),
    instances: hello.heldInstances.map(({ workflowExecutionId, sequence }) => ({
      executionId: parseUuid(workflowExecutionId, 'workflow_execution_id') as ExecutionId,
      sequence,
    })),
    deliver,
  };
}

/** @throws {ServiceError} INVALID_ARGUMENT */
export function capacity(value: number, what: string): number {
  return parseInteger(value, what, 0, MOST_AT_A_TIME);
}

/** The id of the execution a task's messages are about: its workflow, or itself when it stands alone. */
export function executionOf(taskId: TaskId, workflowExecutionId: string): ExecutionId {
  return workflowExecutionId === ''
    ? (taskId as string as ExecutionId)
    : (parseUuid(workflowExecutionId, 'workflow_execution_id') as ExecutionId);
}

function kinds(capabilities: readonly { readonly kind: string }[]): readonly string[] {
  parseInteger(capabilities.length, 'The number of kinds', 0, MOST_KINDS);
  return capabilities.map(({ kind }) => parseKind(kind));
}

function resume(hello: Hello, sessionId: string): NonNullable<OpenSession['resume']> {
  return {
    sessionId: parseUuid(sessionId, 'session_id') as SessionId,
    turns: hello.heldTurns.map(({ workflowExecutionId, claimToken }) => ({
      executionId: parseUuid(workflowExecutionId, 'workflow_execution_id') as ExecutionId,
      token: claimToken,
    })),
    attempts: hello.heldAttempts.map(({ taskExecutionId, workflowExecutionId, claimToken }) => {
      const taskId = parseUuid(taskExecutionId, 'task_execution_id') as TaskId;
      return { taskId, executionId: executionOf(taskId, workflowExecutionId), token: claimToken };
    }),
  };
}
