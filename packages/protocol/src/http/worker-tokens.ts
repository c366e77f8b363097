import * as z from 'zod/mini';

import { Timestamp, paging } from './answer-fields.js';
import { page } from './request-fields.js';

/** `POST /worker-tokens`: makes a key for workers. */
export const CreateWorkerTokenBody = z.strictObject({
  /** What people call it. */
  displayName: z
    .string()
    .check(z.minLength(1), z.maxLength(255), z.regex(/^\P{Cc}*$/u, { error: 'must have no control characters.' })),
});
export type CreateWorkerTokenBody = z.input<typeof CreateWorkerTokenBody>;

/** `GET /worker-tokens`: newest first. `cursor` replaces `offset`. */
export const ListWorkerTokensQuery = z.strictObject({ cursor: z.optional(z.string()), ...page });
export type ListWorkerTokensQuery = z.output<typeof ListWorkerTokensQuery>;

const workerToken = {
  id: z.guid(),
  displayName: z.string(),
  /** The id of the principal who made it. */
  createdBy: z.string(),
  createdAt: Timestamp,
};

/** A key of workers, without its secret. */
export const WorkerTokenView = z.object(workerToken);
export type WorkerTokenView = z.infer<typeof WorkerTokenView>;

/** A new one, with its secret: this is the only time that it is told. */
export const NewWorkerTokenView = z.object({ ...workerToken, token: z.string() });
export type NewWorkerTokenView = z.infer<typeof NewWorkerTokenView>;

/** `GET /worker-tokens`. */
export const WorkerTokenPage = z.object({
  workerTokens: z.array(WorkerTokenView),
  ...paging,
  /** For the next page; absent on the last one. */
  nextCursor: z.optional(z.string()),
});
export type WorkerTokenPage = z.infer<typeof WorkerTokenPage>;
