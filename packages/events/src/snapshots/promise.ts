import { type ValueOf, orNull, text } from '../shape.js';

const shape = { promiseId: text, result: orNull(text), error: orNull(text) };

/** A promise: a named wait that is settled once, from outside. `result` is JSON text. */
export const PromiseSnapshot = shape;
export type PromiseSnapshot = ValueOf<typeof PromiseSnapshot>;

/** A promise that was rejected: `error` says why. */
export const PromiseRejectedSnapshot = { ...shape, error: text };
export type PromiseRejectedSnapshot = ValueOf<typeof PromiseRejectedSnapshot>;
