import type { Answer, Decide } from './decision.js';
import type { ExecutionId, OrgId, TaskId } from './ids.js';
import type { WaitRef } from './wait/state.js';

/** The identity that a caller gave a request. */
export interface RequestOnce {
  readonly key: string;
  /** What was sent, in short: another request under the same key is a mistake. */
  readonly fingerprint: string;
  readonly ttlSeconds: number;
}

/** One wish to change one execution. */
export interface Change<Reply> {
  readonly id: ExecutionId;
  readonly orgId: OrgId;
  /** Nobody else can know the id yet: there is nothing to read. */
  readonly fresh?: boolean;
  /** Tasks the decision looks at, open or not. */
  readonly taskIds?: readonly TaskId[];
  /** Tasks it may create: looked at only after a conflict, when one of them may turn out to exist. */
  readonly newTaskIds?: readonly TaskId[];
  /** Waits the decision looks at, open or not. */
  readonly waits?: readonly WaitRef[];
  /** Waits it may open: looked at only after a conflict. */
  readonly newWaits?: readonly WaitRef[];
  /** Idempotency keys of the organisation that it asks for. */
  readonly keys?: readonly string[];
  /** Carried out once, however often it is sent; every time is answered like the first. */
  readonly once?: RequestOnce | undefined;
  /** Roughly how much it holds, for the bounds of the queue and of a batch. */
  readonly bytes?: number;
  readonly decide: Decide<Reply>;
  /** Called as soon as the decision is durable, before work is given to anybody. */
  stored?(answer: Answer<Reply>): void;
}
