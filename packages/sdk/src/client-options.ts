import type { Duration } from './duration.js';
import type { Logger, WorkflowHook } from './types.js';
import type { StreamingOptions } from './streams/options.js';
import type { WorkerLifecycleHook } from './worker/lifecycle-hooks.js';
import type { Reconnection } from './worker/reconnection.js';

/** How one sort of work is taken. */
export interface WorkerPoolOptions {
  /**
   * How much is done at a time, from 1. When absent, what `FLOVYN_MAX_CONCURRENT_WORKFLOWS` or
   * `FLOVYN_MAX_CONCURRENT_TASKS` says, else 10 workflow turns and 20 tasks.
   */
  maxConcurrent?: number | undefined;
  /**
   * How long a worker of a server without sessions rests after a poll that was answered at once with nothing; 100 when
   * absent. A session hands work over: there are no polls.
   */
  pollIntervalMs?: number | undefined;
  /** Where the words of workflow or task code go; the console when absent. */
  logger?: Logger | undefined;
}

/** How turns of workflows are taken. */
export interface WorkflowPoolOptions extends WorkerPoolOptions {
  /** Live executions kept in memory; 1,000 when absent. One that has to go is replayed when it is needed again. */
  maxInstances?: number | undefined;
  /**
   * Whether workflow code is watched for calls that a replay would answer otherwise, such as `Date.now()`: each is
   * logged once, with what to use instead. For development and tests; it costs some speed. Default: false.
   */
  guardRails?: boolean | undefined;
}

/** Where a `FlovynClient` finds its server, who it is there, and how it works. */
export interface FlovynClientOptions {
  /**
   * The server's gRPC address, such as `http://host:9090`, `https://host` or `host:9090`; with TLS when it begins with
   * `https`.
   */
  serverUrl: string;
  /** The organisation's id or slug. */
  orgId: string;
  /** The queue this worker takes work from, and starts workflows on, up to 100 characters; `default` when absent. */
  queue?: string | undefined;
  /** Credential of the worker; `apiKey` when absent. A server in development mode asks for none. */
  workerToken?: string | undefined;
  /** Credential for REST and live streams. */
  apiKey?: string | undefined;
  /** Address of REST; what the server says when absent, else port 8000 of the same host. */
  httpUrl?: string | undefined;
  /** The organisation's name in REST paths; `orgId` when absent. */
  orgSlug?: string | undefined;
  /** The client's own words; the console when absent. */
  logger?: Logger | undefined;
  /** How turns of workflows are taken. */
  workflowWorkerOptions?: WorkflowPoolOptions | undefined;
  /** How tasks are taken. */
  taskWorkerOptions?: WorkerPoolOptions | undefined;
  /** How to come back after a cut; exponential from 1 s to 60 s without end when absent. */
  reconnection?: Reconnection | undefined;
  /** How live streams are read. */
  streaming?: StreamingOptions | undefined;
  /** Told about the executions that run here. */
  hooks?: WorkflowHook[] | undefined;
  /** Told of the worker's life, and asked about it, in this order. */
  lifecycleHooks?: WorkerLifecycleHook[] | undefined;
}

/** Options of one start of a workflow. */
export interface StartWorkflowOptions {
  /** The queue whose workers may take it; the client's when absent. */
  queue?: string | undefined;
  /** Shown with the execution; the definition's version when absent. */
  workflowVersion?: string | undefined;
  /** Up to 255 characters. A second start with the same key gives the first one's execution. */
  idempotencyKey?: string | undefined;
  /** How long the key is remembered, in whole seconds; one day when absent, at most 30. */
  idempotencyKeyTtl?: Duration | undefined;
  /** Words of the caller's own, shown with the execution: up to 100 keys, 16 KiB in all. */
  metadata?: Record<string, string> | undefined;
  /** Seconds, a whole number, by which the execution counts as older than it is: larger is sooner. */
  prioritySeconds?: number | undefined;
}

/** Options of one start of a standalone task. */
export interface StartTaskOptions {
  /** The queue whose workers may take it; the client's when absent. */
  queue?: string | undefined;
  /** Attempts after the first one, up to 1,000; the definition's when absent, else 3. */
  maxRetries?: number | undefined;
  /** Up to 255 characters. A second start with the same key gives the first one's task. */
  idempotencyKey?: string | undefined;
  /** Words of the caller's own, shown with the task: up to 100 keys, 3 deep, 16 KiB in all. */
  metadata?: Record<string, unknown> | undefined;
  /** The first attempt does not begin before, at most 5 years from now; at once when absent. */
  scheduledAt?: Date | undefined;
}

/** @returns the number, or what the environment says, or the default. */
export function concurrency(given: number | undefined, variable: string, otherwise: number): number {
  const value = given ?? (process.env[variable] === undefined ? otherwise : Number(process.env[variable]));
  return Number.isInteger(value) && value > 0 ? value : otherwise;
}
