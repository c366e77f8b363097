import * as z from 'zod/mini';

import { count, orNull } from './words.js';

const shape = { timerId: z.string(), fireAtMs: orNull(count) };

/** A timer of a workflow; `timerId` is unique in its execution. */
export const TimerSnapshot = z.object(shape);
export type TimerSnapshot = z.infer<typeof TimerSnapshot>;

/** A timer that was set: `fireAtMs` is when it is due, in milliseconds since 1970. */
export const TimerStartedSnapshot = z.object({ ...shape, fireAtMs: count });
export type TimerStartedSnapshot = z.infer<typeof TimerStartedSnapshot>;
