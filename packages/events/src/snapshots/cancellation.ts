import * as z from 'zod/mini';

import { orNull } from './words.js';

/** A wish that an execution ends before it is done. */
export const CancellationSnapshot = z.object({ workflowExecutionId: z.guid(), reason: orNull(z.string()) });
export type CancellationSnapshot = z.infer<typeof CancellationSnapshot>;
