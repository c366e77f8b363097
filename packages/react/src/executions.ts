import type { Client } from '@flovyn/client';

/** A workflow execution as REST answers it. */
export type WorkflowExecution = Awaited<ReturnType<Client['workflows']['get']>>;

/** A standalone task as REST answers it. */
export type TaskExecution = Awaited<ReturnType<Client['tasks']['get']>>;

/** Which workflow executions a list has. */
export type WorkflowFilter = NonNullable<Parameters<Client['workflows']['list']>[0]>;

/** Which standalone tasks a list has. */
export type TaskFilter = NonNullable<Parameters<Client['tasks']['list']>[0]>;
