import * as z from 'zod/mini';

import { limits } from '../limits.js';
import { IdempotencyKey, Kind, Metadata, Name, Queue, withOlderWords } from './request-fields.js';

const signal = z.strictObject({ signalName: Name, signalValue: z.optional(z.unknown()) });

/** `POST /workflow-executions/{id}/signal`. `name` and `payload` are older words for its members. */
export const SignalBody = withOlderWords({ name: 'signalName', payload: 'signalValue' }, signal);
export type SignalBody = z.input<typeof signal>;

const signalWithStart = z.strictObject({
  /** The idempotency key that stands for the execution. */
  workflowId: IdempotencyKey,
  workflowKind: Kind,
  workflowInput: z.optional(z.unknown()),
  queue: z._default(Queue, 'default'),
  prioritySeconds: z._default(z.int32(), 0),
  workflowVersion: z.optional(z.string().check(z.maxLength(255))),
  metadata: z.optional(Metadata),
  signalName: Name,
  signalValue: z.optional(z.unknown()),
  /** How long the key is remembered. */
  idempotencyKeyTtlSeconds: z._default(
    z.int().check(z.minimum(1), z.maximum(limits.idempotencyKeyTtlMaxSeconds)),
    limits.idempotencyKeyTtlSeconds,
  ),
});

/** `POST /workflow-executions/signal-with-start`. Its members may be written in snake_case as well. */
export const SignalWithStartBody = withOlderWords(
  {
    workflow_id: 'workflowId',
    workflow_kind: 'workflowKind',
    workflow_input: 'workflowInput',
    priority_seconds: 'prioritySeconds',
    workflow_version: 'workflowVersion',
    signal_name: 'signalName',
    signal_value: 'signalValue',
    idempotency_key_ttl_seconds: 'idempotencyKeyTtlSeconds',
  },
  signalWithStart,
);
export type SignalWithStartBody = z.input<typeof signalWithStart>;
