import type { SuspendType, WaitingOn, WorkflowStatus } from '@flovyn/events';
import type { Json } from '@flovyn/protocol';
import type { ExecutionId, OrgId, SessionId } from '../ids.js';

/** By which service a worker works: the stream of our own SDK, or the single calls of all others. */
export type Door = 'session' | 'unary';

/** The right of one session to do one piece of work. A write that shows another token is refused. */
export interface Claim {
  readonly sessionId: SessionId;
  readonly workerId: string;
  readonly token: string;
  /** Absent: the session. */
  readonly door?: 'unary' | undefined;
}

/** A workflow claim, and what it was made from. */
export interface TurnClaim extends Claim {
  /** The history's last number when the claim was made. */
  readonly claimedSequence: number;
  /**
   * Set when the session has applied results the server had not confirmed: the number of the last one. The turn that was
   * made from exactly this number belongs to this claim, without having seen its token.
   */
  readonly speculativeSequence?: number;
}

interface WorkflowFixed {
  readonly id: ExecutionId;
  readonly orgId: OrgId;
  readonly rootId: ExecutionId;
  readonly kind: string;
  readonly queue: string;
  readonly input: Json;
  readonly metadata: Json;
  readonly workflowVersion?: string | undefined;
  readonly parentId?: ExecutionId | undefined;
  /** The name its parent gave it. */
  readonly childName?: string | undefined;
  /** How many ancestors it has; absent for none. */
  readonly depth?: number | undefined;
  readonly prioritySeconds: number;
  readonly idempotencyKey?: string | undefined;
  /** Epoch milliseconds, like every instant of the engine. */
  readonly createdAt: number;
}

interface WorkflowMoving {
  readonly updatedAt: number;
  /** When it was first claimed; absent until then. */
  readonly startedAt?: number | undefined;
  /** The session that holds the execution's live instance, as far as we know. A preference, never a right. */
  readonly holder?: SessionId | undefined;
  /** The number of the last fact that can make code go on. */
  readonly wakeSequence: number;
  /** The last turn that was stored, so that its repeat is recognised. */
  readonly lastTurn?: { readonly turnId: string; readonly sequence: number } | undefined;
  /** By which service it was last claimed: some things are said differently to each. Absent: the session, or never. */
  readonly door?: 'unary' | undefined;
  /** Present from the wish that it be cancelled until its end. */
  readonly cancellation?: { readonly reason: string; readonly requestedBy: string } | undefined;
  /** Signals received since its beginning. */
  readonly signals?: number | undefined;
}

/** A workflow execution's own record: the members of its status; those of others are absent or `undefined`. */
export type WorkflowState = WorkflowFixed &
  WorkflowMoving &
  (
    | { readonly status: 'PENDING' }
    | { readonly status: 'RUNNING'; readonly claim: TurnClaim }
    | {
        readonly status: 'WAITING';
        readonly reason: string;
        readonly suspendType: SuspendType;
        readonly waitingOn: readonly WaitingOn[];
      }
    | { readonly status: 'COMPLETED'; readonly output: Json; readonly completedAt: number }
    | { readonly status: 'FAILED'; readonly error: string; readonly completedAt: number }
    | { readonly status: 'CANCELLED'; readonly reason: string; readonly completedAt: number }
  );

export type NewWorkflow = WorkflowFixed;

/** The status as people see it: an execution that is being cancelled is CANCELLING, whatever its code does meanwhile. */
export function publicStatus(workflow: WorkflowState): WorkflowStatus {
  return workflow.cancellation === undefined ? workflow.status : 'CANCELLING';
}

export function isTerminalWorkflow(workflow: WorkflowState): boolean {
  return workflow.status === 'COMPLETED' || workflow.status === 'FAILED' || workflow.status === 'CANCELLED';
}
