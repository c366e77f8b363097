import type { Capacity, TaskExecutionInfo, WorkerRegistrationRequest, WorkflowExecution } from '@flovyn/protocol/grpc';
import { toError } from '../../errors.js';
import type { Logger } from '../../types.js';
import type { Doors } from './doors.js';
import { Polling } from './polling.js';
import type { SingleCalls } from './single-calls.js';

/** How long an empty answer to a poll that was not held lets the next one wait, by sort of work. */
export interface IdleTimes {
  readonly workflowMs: number;
  readonly taskMs: number;
}

export interface PollsOptions {
  readonly doors: Doors;
  readonly calls: SingleCalls;
  readonly registration: WorkerRegistrationRequest;
  readonly queue: string;
  /** The server's id of the worker. */
  readonly workerId: string;
  readonly capacity: () => Capacity;
  readonly idle: IdleTimes;
  /** The server has answered. */
  readonly heard: () => void;
  readonly failed: (what: string, error: unknown) => void;
  readonly logger: Logger;
}

/** The polls for one sort of work. */
export type Polls = Pick<Polling<never>, 'look' | 'settle' | 'close'>;

/** How long a server may hold a poll. */
const POLL_SECONDS = 60;

/** Polls for the turns and for the attempts of the kinds a worker has registered. */
export function createPolls(options: PollsOptions): readonly Polls[] {
  return [workflowPolls(options), taskPolls(options)];
}

function workflowPolls(options: PollsOptions): Polling<WorkflowExecution> {
  const { doors, calls, registration, capacity, idle, heard, failed, logger } = options;
  const kinds = registration.workflows.map(({ kind }) => kind);
  const request = { ...common(options), workflowCapabilities: kinds };
  return new Polling({
    poll: async (signal) => {
      const { workflowExecution } = await doors.call('pollWorkflow', request, signal);
      heard();
      return workflowExecution;
    },
    take: (execution) => {
      if (kinds.includes(execution.kind)) calls.turns.take(execution);
      else logger.warn(`Execution ${execution.id} of the unknown kind "${execution.kind}" cannot be handed back`);
    },
    room: () => capacity().workflowCapacity - calls.turns.active,
    idleMs: idle.workflowMs,
    failed: (error) => failed('workflows', error),
  });
}

function taskPolls(options: PollsOptions): Polling<TaskExecutionInfo> {
  const { doors, calls, registration, capacity, idle, heard, failed } = options;
  const kinds = new Set(registration.tasks.map(({ kind }) => kind));
  const request = { ...common(options), workerLabels: {} };
  return new Polling({
    poll: async (signal) => {
      const { task } = await doors.call('pollTask', request, signal);
      heard();
      return task;
    },
    take: (task) => {
      if (kinds.has(task.kind)) void calls.attempts.take(task, calls.turns.answered(task.workflowExecutionId));
      else void handBack(options, task);
    },
    room: () => capacity().taskCapacity - calls.attempts.active,
    idleMs: idle.taskMs,
    failed: (error) => failed('tasks', error),
  });
}

function common({ workerId, registration: { orgId }, queue }: PollsOptions) {
  return { workerId, orgId, queue, timeoutSeconds: POLL_SECONDS, workerPoolId: undefined };
}

/** A failed attempt is the only way back that there is; whoever knows the kind makes the next one. */
async function handBack({ doors, logger }: PollsOptions, { taskExecutionId, kind }: TaskExecutionInfo): Promise<void> {
  try {
    await doors.call('failTask', { taskExecutionId, error: `Task kind not found: ${kind}` });
  } catch (error) {
    logger.warn(`Task ${taskExecutionId} could not be handed back: ${toError(error).message}`);
  }
}
