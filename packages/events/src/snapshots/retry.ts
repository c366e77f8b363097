import { retryTargets } from '../enums.js';
import { type ValueOf, count, orNull, uuid, word } from '../shape.js';

/** A failed execution or standalone task that is to be tried again; `attempt` is the number of the coming attempt. */
export const RetrySnapshot = {
  targetId: uuid,
  targetType: word(retryTargets),
  attempt: orNull(count),
};
export type RetrySnapshot = ValueOf<typeof RetrySnapshot>;
