import type { ExecutionId, HandOver, OpenSession, SessionId, TaskId, WorkerRegistration } from '@flovyn/engine';
import { ServiceError, parseInteger, parseUuid } from '@flovyn/protocol';
import type { Hello } from '@flovyn/protocol/grpc';
import type { Principal } from '../../auth/principal.js';
import { queueOrDefault } from '../requests/fields.js';
import { kindsOf, parseRegistration } from '../workers/registration.js';

/** More turns or attempts at a time than any process takes. */
const MOST_AT_A_TIME = 100_000;

export interface ParsedHello {
  readonly open: OpenSession;
  readonly registration: WorkerRegistration;
}

/**
 * What a worker says of itself when it connects, checked.
 *
 * @throws {ServiceError} INVALID_ARGUMENT, PERMISSION_DENIED for another organisation, UNIMPLEMENTED for agents.
 */
export function parseHello(hello: Hello, principal: Principal, deliver: (work: HandOver) => void): ParsedHello {
  const { sessionId } = hello;
  if (hello.registration === undefined) throw new ServiceError('INVALID_ARGUMENT', 'The hello needs a registration.');
  const registration = parseRegistration(hello.registration, principal.orgId);
  if (hello.registration.agents.length > 0) {
    throw new ServiceError('UNIMPLEMENTED', 'This version of the server does not run agents.');
  }
  const open: OpenSession = {
    orgId: registration.orgId,
    workerId: registration.id,
    workerName: registration.name,
    queue: queueOrDefault(hello.queue),
    workflowKinds: kindsOf(registration, 'workflow'),
    taskKinds: kindsOf(registration, 'task'),
    workflowCapacity: capacity(hello.workflowCapacity, 'workflow_capacity'),
    taskCapacity: capacity(hello.taskCapacity, 'task_capacity'),
    ...(sessionId === undefined || sessionId === '' ? undefined : { resume: resume(hello, sessionId) }),
    instances: hello.heldInstances.map(({ workflowExecutionId, sequence }) => ({
      executionId: parseUuid(workflowExecutionId, 'workflow_execution_id') as ExecutionId,
      sequence,
    })),
    deliver,
  };
  return { open, registration };
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
