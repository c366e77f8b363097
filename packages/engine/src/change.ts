import type { Decide, Decision } from './decision.js';
import type { ExecutionId, OrgId, TaskId } from './ids.js';
import type { IdempotencyKeyId } from './ports/store.js';

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
  readonly key?: IdempotencyKeyId;
  /** Roughly how much it holds, for the bounds of the queue and of a batch. */
  readonly bytes?: number;
  readonly decide: Decide<Reply>;
  /** Called as soon as the decision is durable, before work is given to anybody. */
  stored?(answer: Decision<Reply>['answer']): void;
}
