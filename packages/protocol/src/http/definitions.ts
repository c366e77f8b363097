import * as z from 'zod/mini';

import { limits } from '../limits.js';
import { Timestamp, openWord, paging } from './answer-fields.js';
import { page } from './request-fields.js';

// What workers say of the kinds they can do: the same for workflows and for tasks.

/** AVAILABLE: one of its workers was heard of within the last minute. */
export const availabilityStatuses = ['AVAILABLE', 'UNAVAILABLE'] as const;

/** `GET /workflow-definitions`, `GET /task-definitions`: by kind. `cursor` replaces `offset`. */
export const ListDefinitionsQuery = z.strictObject({ cursor: z.optional(z.string()), ...page });
export type ListDefinitionsQuery = z.output<typeof ListDefinitionsQuery>;

/** `GET /workflow-definitions/{kind}`, `GET /task-definitions/{kind}`, and a row of their lists. */
export const DefinitionView = z.object({
  id: z.guid(),
  kind: z.string(),
  name: z.string(),
  description: z.string(),
  timeoutSeconds: z.nullish(z.number()),
  retryPolicy: z.nullish(z.unknown()),
  tags: z.array(z.string()),
  cancellable: z.boolean(),
  latestVersion: z.string(),
  /** Every version that has registered, the newest first. */
  versions: z.array(z.string()),
  availabilityStatus: openWord(availabilityStatuses),
  /** Workers that have registered it and are not gone. */
  workerCount: z.number(),
  firstSeenAt: Timestamp,
  lastRegisteredAt: Timestamp,
  /** JSON Schemas; what a start sends is held to the first one. */
  inputSchema: z.nullish(z.unknown()),
  outputSchema: z.nullish(z.unknown()),
  metadata: z.nullish(z.unknown()),
  /** The author's own streams a task writes to; the values of each fit its JSON Schema, if it has one. */
  streams: z.array(z.object({ name: z.string(), description: z.string(), schema: z.nullish(z.unknown()) })),
});
export type DefinitionView = z.infer<typeof DefinitionView>;

/** `GET /workflow-definitions`, `GET /task-definitions`. */
export const DefinitionPage = z.object({
  definitions: z.array(DefinitionView),
  ...paging,
  /** For the next page; absent on the last one. */
  nextCursor: z.optional(z.string()),
});
export type DefinitionPage = z.infer<typeof DefinitionPage>;

const Tag = z.string().check(z.minLength(1), z.maxLength(limits.nameLength));

const Milliseconds = z.int().check(z.minimum(0));

/** What is known of a policy is checked; what else people note with it is kept. */
const ConfiguredRetryPolicy = z.looseObject({
  maxRetries: z.optional(z.int().check(z.minimum(0), z.maximum(limits.retriesMax))),
  initialDelayMs: z.optional(Milliseconds),
  maxDelayMs: z.optional(Milliseconds),
  multiplier: z.optional(z.number().check(z.minimum(1))),
});

/** `PATCH …/configuration`: what is absent stays, null takes away. A later registration does not change it. */
export const ConfigureDefinitionBody = z.strictObject({
  timeoutSeconds: z.nullish(z.int().check(z.minimum(1))),
  retryPolicy: z.nullish(ConfiguredRetryPolicy),
  tags: z.optional(z.array(Tag).check(z.maxLength(limits.metadataKeys))),
});
export type ConfigureDefinitionBody = z.input<typeof ConfigureDefinitionBody>;
