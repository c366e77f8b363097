import * as z from 'zod/mini';

import { orNull } from './words.js';

const shape = { promiseId: z.string(), result: orNull(z.string()), error: orNull(z.string()) };

/** A promise: a named wait that is settled once, from outside. `result` is JSON text. */
export const PromiseSnapshot = z.object(shape);
export type PromiseSnapshot = z.infer<typeof PromiseSnapshot>;

/** A promise that was rejected: `error` says why. */
export const PromiseRejectedSnapshot = z.object({ ...shape, error: z.string() });
export type PromiseRejectedSnapshot = z.infer<typeof PromiseRejectedSnapshot>;
