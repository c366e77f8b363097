import * as z from 'zod/mini';

import { orNull } from './words.js';

/** A side effect that was recorded once; `result` is JSON text. */
export const OperationSnapshot = z.object({ operationId: z.string(), result: orNull(z.string()) });
export type OperationSnapshot = z.infer<typeof OperationSnapshot>;
