import type { ExecutionId } from '@flovyn/engine';
import {
  type Json,
  ServiceError,
  limits,
  parseIdempotencyKey,
  parseInteger,
  parseKind,
  parseQueue,
  parseUuid,
  toJson,
} from '@flovyn/protocol';
import { type ServerItem, parseJsonBytes, serverItem, toJsonBytes } from '@flovyn/protocol/grpc';
import type { Result } from '../results.js';
import { type ItemHandlers, execution } from './context.js';

/** At most so many results are waited for in one session. */
const AWAITED = 10_000;

/** What a worker, or a mere caller, asks for: starts and results. */
export const callItems: ItemHandlers<'startWorkflow' | 'awaitResult'> = {
  async startWorkflow({ engine, orgId, results, starting }, { workflowExecutionId, request }) {
    if (request === undefined) throw new ServiceError('INVALID_ARGUMENT', 'A start needs its request.');
    if (request.orgId !== '' && parseUuid(request.orgId, 'org_id') !== orgId) {
      throw new ServiceError('PERMISSION_DENIED', 'The API key belongs to another organisation than org_id.');
    }
    const id = execution(workflowExecutionId);
    const { idempotencyKey, workflowVersion } = request;
    const begun = engine.startWorkflow({
      orgId,
      id,
      kind: parseKind(request.workflowKind, 'workflow_kind'),
      input: parseJsonBytes(request.input, 'input'),
      queue: request.queue === '' ? 'default' : parseQueue(request.queue),
      prioritySeconds: request.prioritySeconds,
      ...(workflowVersion === undefined || workflowVersion === '' ? undefined : { workflowVersion }),
      metadata: metadata(request.metadata),
      ...(idempotencyKey === undefined || idempotencyKey === ''
        ? undefined
        : {
            idempotency: {
              key: parseIdempotencyKey(idempotencyKey),
              ttlSeconds: ttl(request.idempotencyKeyTtlSeconds),
            },
          }),
    });
    starting.set(id, begun);
    try {
      const started = await begun;
      if (started.created) results.began(orgId, id);
      return {
        $case: 'started',
        value: {
          workflowExecutionId: started.id,
          idempotencyKeyUsed: idempotencyKey !== undefined && idempotencyKey !== '',
          idempotencyKeyNew: started.created,
        },
      };
    } finally {
      starting.delete(id);
    }
  },

  awaitResult({ awaited, starting, results, orgId, send }, { workflowExecutionId }) {
    const id = execution(workflowExecutionId);
    if (awaited.has(id)) return;
    if (awaited.size >= AWAITED) {
      send(ended(id, { status: 'UNKNOWN', code: 'RESOURCE_EXHAUSTED' }));
      return;
    }
    const stop = results.await(orgId, id, starting.get(id), (result) => {
      awaited.delete(id);
      send(ended(id, result));
    });
    awaited.set(id, stop);
  },
};

function ended(id: ExecutionId, result: Result): ServerItem {
  const common = { workflowExecutionId: id, output: undefined, error: undefined, refused: undefined };
  switch (result.status) {
    case 'COMPLETED':
      return serverItem('executionEnded', { ...common, status: 'COMPLETED', output: toJsonBytes(result.output) });
    case 'FAILED':
    case 'CANCELLED':
      return serverItem('executionEnded', { ...common, status: result.status, error: result.error });
    case 'UNKNOWN':
      return serverItem('executionEnded', {
        ...common,
        status: 'WORKFLOW_STATUS_UNSPECIFIED',
        refused: result.code,
      });
  }
}

function metadata(fields: Readonly<Record<string, string>>): Json {
  parseInteger(Object.keys(fields).length, 'The number of metadata fields', 0, limits.metadataKeys);
  const json = toJson(fields);
  parseInteger(json.length, 'The size of the metadata', 0, limits.metadataBytes);
  return json;
}

function ttl(seconds: number | undefined): number {
  return seconds === undefined
    ? limits.idempotencyKeyTtlSeconds
    : parseInteger(seconds, 'idempotency_key_ttl_seconds', 1, limits.idempotencyKeyTtlMaxSeconds);
}
