import type { ExecutionId, TaskId } from '@flovyn/events';

export type { ExecutionId, TaskId };

declare const org: unique symbol;
/** An organisation's UUID. Comes from an authenticated principal, never from a request alone. */
export type OrgId = string & { readonly [org]: true };

declare const session: unique symbol;
/** A worker session's UUID. Outlives its connections. */
export type SessionId = string & { readonly [session]: true };
