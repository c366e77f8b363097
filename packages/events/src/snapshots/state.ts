import * as z from 'zod/mini';

import { orNull } from './words.js';

/** One key of a workflow's state; `value` is JSON text. */
export const StateSnapshot = z.object({ key: z.string(), value: orNull(z.string()) });
export type StateSnapshot = z.infer<typeof StateSnapshot>;

/** One key of a workflow's state that was given a value. */
export const StateSetSnapshot = z.object({ key: z.string(), value: z.string() });
export type StateSetSnapshot = z.infer<typeof StateSetSnapshot>;
