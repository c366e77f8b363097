import { type ValueOf, count, orNull, text } from '../shape.js';

const shape = { timerId: text, fireAtMs: orNull(count) };

/** A timer of a workflow; `timerId` is unique in its execution. */
export const TimerSnapshot = shape;
export type TimerSnapshot = ValueOf<typeof TimerSnapshot>;

/** A timer that was set: `fireAtMs` is when it is due, in milliseconds since 1970. */
export const TimerStartedSnapshot = { ...shape, fireAtMs: count };
export type TimerStartedSnapshot = ValueOf<typeof TimerStartedSnapshot>;
