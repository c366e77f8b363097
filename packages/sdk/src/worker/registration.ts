import { hostname } from 'node:os';
import type { Welcome, WorkerRegistrationRequest, WorkerRegistrationResponse } from '@flovyn/protocol/grpc';
import { toJsonBytes } from '@flovyn/protocol/grpc';
import { toJson } from '@flovyn/protocol';
import type { Duration } from '../duration.js';
import type { TaskDefinition, WorkflowDefinition } from '../types.js';
import { streamCapabilities } from './stream-capabilities.js';

/** Why a kind is not this worker's as it stands: the same version is known with other content. */
export interface RegistrationConflict {
  /** The workflow or task it is about. */
  readonly kind: string;
  /** In the words of the server. */
  readonly reason: string;
  /** The worker that was first, by the server's id of it. */
  readonly existingWorkerId: string;
}

/** How the server knows a worker. */
export interface RegistrationInfo {
  /** The server's id of this worker. */
  readonly workerId: string;
  /** Always true here: a worker that is refused has no registration, and `start()` throws. */
  readonly success: boolean;
  /** When this worker heard of it, by its own clock. */
  readonly registeredAt: Date;
  /** The workflows it may be given. */
  readonly workflowKinds: readonly string[];
  /** The tasks it may be given. */
  readonly taskKinds: readonly string[];
  /** Empty over a session: to this server, several versions of a kind on several workers are nothing out of the ordinary. */
  readonly workflowConflicts: readonly RegistrationConflict[];
  /** The same for tasks. */
  readonly taskConflicts: readonly RegistrationConflict[];
}

/** How a server greets a worker. Conflicts are told by servers that know no sessions. */
export type Greeting = Welcome & Partial<Pick<WorkerRegistrationResponse, 'workflowConflicts' | 'taskConflicts'>>;

const WORKER_VERSION = '1.0.0';
const nothing = new Uint8Array();
let workers = 0;

/** A name nobody else has: two workers of one name would be one worker to the server. */
export function newWorkerName(): string {
  workers += 1;
  return `${hostname()}-${process.pid}-${workers}`;
}

/** What a greeting says about the worker. */
export function registrationInfo(
  { workerId, workflowConflicts = [], taskConflicts = [] }: Greeting,
  workflowKinds: Iterable<string>,
  taskKinds: Iterable<string>,
): RegistrationInfo {
  return {
    workerId,
    success: true,
    registeredAt: new Date(),
    workflowKinds: [...workflowKinds],
    taskKinds: [...taskKinds],
    workflowConflicts,
    taskConflicts,
  };
}

/**
 * What a worker says it can do.
 *
 * @throws {ConfigurationError} when the schema of a stream cannot be said.
 */
export function registrationOf(
  workerName: string,
  orgId: string,
  workflows: Iterable<WorkflowDefinition>,
  tasks: Iterable<TaskDefinition>,
): WorkerRegistrationRequest {
  const workflowList = [...workflows];
  const taskList = [...tasks];
  const streamsOf = streamCapabilities();
  return {
    workerName,
    workerVersion: WORKER_VERSION,
    workerType: taskList.length === 0 ? 'WORKFLOW' : workflowList.length === 0 ? 'TASK' : 'UNIFIED',
    orgId,
    teamId: undefined,
    hostName: hostname(),
    processId: String(process.pid),
    workflows: workflowList.map((definition) => ({
      kind: definition.name,
      name: definition.name,
      description: definition.description ?? '',
      timeoutSeconds: wholeSeconds(definition.timeout),
      cancellable: true,
      tags: [],
      retryPolicy: nothing,
      metadata: nothing,
      version: definition.version ?? '',
      contentHash: '',
      inputSchema: nothing,
      outputSchema: nothing,
    })),
    tasks: taskList.map((definition) => ({
      kind: definition.name,
      name: definition.name,
      description: definition.description ?? '',
      timeoutSeconds: wholeSeconds(definition.timeout),
      cancellable: true,
      tags: [],
      retryPolicy: nothing,
      inputSchema: nothing,
      outputSchema: nothing,
      metadata: definition.usesStreaming === true ? toJsonBytes(toJson({ usesStreaming: true })) : nothing,
      streams: streamsOf(definition),
    })),
    metadata: nothing,
    agents: [],
  };
}

function wholeSeconds(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : Math.ceil(duration.toSeconds());
}
