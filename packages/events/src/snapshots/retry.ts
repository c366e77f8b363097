import * as z from 'zod/mini';

import { retryTargets } from '../enums.js';
import { count, openEnum, orNull } from './words.js';

/** A failed execution or standalone task that is to be tried again; `attempt` is the number of the coming attempt. */
export const RetrySnapshot = z.object({
  targetId: z.guid(),
  targetType: openEnum(retryTargets),
  attempt: orNull(count),
});
export type RetrySnapshot = z.infer<typeof RetrySnapshot>;
