import type { Logger, TaskDefinition, WorkflowDefinition, WorkflowHook } from '../types.js';
import type { Endpoint } from './connection.js';
import type { OpenStream } from './frame-stream.js';
import type { WorkerLifecycleHook } from './lifecycle-hooks.js';
import type { Reconnection } from './reconnection.js';
import type { IdleTimes } from './unary/polls.js';

export interface WorkerOptions {
  readonly endpoint: Endpoint;
  readonly token: string | undefined;
  readonly orgId: string;
  readonly queue: string;
  readonly workflows: ReadonlyMap<string, WorkflowDefinition>;
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  /** Turns, and attempts, at a time. */
  readonly maxWorkflows: number;
  readonly maxTasks: number;
  readonly maxInstances: number;
  readonly reconnection: Reconnection;
  readonly idle: IdleTimes;
  readonly hooks: readonly WorkflowHook[];
  readonly lifecycleHooks: readonly WorkerLifecycleHook[];
  readonly logger: Logger;
  readonly workflowLogger: Logger | undefined;
  readonly taskLogger: Logger | undefined;
  /** Replaced in tests. */
  readonly openStream?: OpenStream;
}
