import type { AttemptRef, Clock, Engine, ExecutionId, OrgId, Started, TaskId, WorkerSession } from '@flovyn/engine';
import {
  type Json,
  type Outcome,
  ServiceError,
  limits,
  parseIdempotencyKey,
  parseInteger,
  parseKind,
  parseQueue,
  parseText,
  parseUuid,
  toJson,
} from '@flovyn/protocol';
import {
  type Accepted,
  type ServerItem,
  type WorkerItemCase,
  type WorkerItemOf,
  fromTurnCompleted,
  parseJsonBytes,
  serverItem,
  toJsonBytes,
  toSessionEvent,
} from '@flovyn/protocol/grpc';
import { checkEntries } from './entries.js';
import { capacity, executionOf } from './hello.js';
import type { Result, Results } from './results.js';

/** At most so many results are waited for in one session. */
const AWAITED = 10_000;
/** A page of history ends with the event that reaches either. */
const PAGE_EVENTS = 1_000;
const PAGE_BYTES = 2 * 1_024 * 1_024;

/** What an item does to the session it came in. */
export interface ItemContext {
  readonly session: WorkerSession;
  readonly orgId: OrgId;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly results: Results;
  send(item: ServerItem): void;
  /** The worker sent output: the backlog may have grown. */
  sentOutput(): void;
  entriesRefused(reasons: readonly string[]): void;
  /** Results that are waited for, and how to stop. */
  readonly awaited: Map<ExecutionId, () => void>;
  /** Starts under way. */
  readonly starting: Map<ExecutionId, Promise<Started>>;
}

/** What `Accepted` says beyond that it was. */
export type Detail = Accepted['detail'];

/**
 * Carries out an item. Checks it and hands it to the engine before it returns, so that items keep their order; resolves
 * when the effect is durable.
 */
export type ItemHandler<Case extends WorkerItemCase> = (
  context: ItemContext,
  item: WorkerItemOf<Case>,
) => Promise<Detail> | Detail;

/** One handler per kind of item; a missing one does not compile. */
export const itemHandlers: { readonly [Case in WorkerItemCase]: ItemHandler<Case> } = {
  hello() {
    throw new ServiceError('INVALID_ARGUMENT', 'A session begins with one hello, and only one.');
  },

  capacity({ session }, { workflowCapacity, taskCapacity }) {
    session.setCapacity({
      workflows: capacity(workflowCapacity, 'workflow_capacity'),
      tasks: capacity(taskCapacity, 'task_capacity'),
    });
  },

  // The frame it came in was the sign of life; the answer tells the worker that we live too.
  heartbeat({ send, clock }) {
    send(serverItem('ping', { timestampMs: clock.now() }));
  },

  async turnCompleted({ session, orgId, results }, turn) {
    const executionId = execution(turn.workflowExecutionId);
    const { commands, outcome } = fromTurnCompleted(turn);
    if (outcome === undefined) {
      throw new ServiceError(
        'INVALID_ARGUMENT',
        'A turn must say how it ended: SUSPENDED, COMPLETED, FAILED or CANCELLED.',
      );
    }
    const { sequence } = await session.completeTurn({
      executionId,
      token: turn.claimToken,
      turnId: turn.turnId,
      seenSequence: turn.seenSequence,
      commands,
      outcome,
      speculative: turn.speculative,
    });
    const result = resultOf(outcome);
    if (result !== undefined) results.known(orgId, executionId, result);
    return { $case: 'turn', value: { sequence } };
  },

  async turnReleased({ session }, { workflowExecutionId, claimToken, reason }) {
    await session.releaseTurn({
      executionId: execution(workflowExecutionId),
      token: claimToken,
      reason: parseText(reason, 'reason'),
    });
    return undefined;
  },

  async historyWanted({ session, send }, { workflowExecutionId, claimToken, afterSequence }) {
    const executionId = execution(workflowExecutionId);
    const history = await session.history({
      executionId,
      token: claimToken,
      after: parseInteger(afterSequence, 'after_sequence', 0, Number.MAX_SAFE_INTEGER),
      limit: PAGE_EVENTS,
    });
    const events = history.events.slice(0, fitting(history.events));
    const end = events.at(-1)?.sequence ?? afterSequence;
    send(
      serverItem('historyPage', {
        workflowExecutionId: executionId,
        claimToken,
        afterSequence,
        events: events.map(toSessionEvent),
        last: end >= history.sequence,
        input: afterSequence === 0 ? toJsonBytes(history.input) : undefined,
      }),
    );
    return undefined;
  },

  instanceDropped({ session }, { workflowExecutionId }) {
    session.dropInstance(execution(workflowExecutionId));
  },

  async attemptCompleted({ session }, item) {
    const { sequence, speculationHeld } = await session.completeAttempt({
      ...attempt(item),
      output: parseJsonBytes(item.output, 'output'),
      entries: item.entries,
      ...speculation(item),
    });
    return { $case: 'attempt', value: { sequence, speculationHeld } };
  },

  async attemptFailed({ session }, item) {
    const { sequence, speculationHeld } = await session.failAttempt({
      ...attempt(item),
      error: storable(parseText(item.error, 'error')),
      retryable: item.retryable,
      cancelled: item.cancelled,
      entries: item.entries,
      ...speculation(item),
    });
    return { $case: 'attempt', value: { sequence, speculationHeld } };
  },

  async attemptReleased({ session }, item) {
    await session.releaseAttempt({ ...attempt(item), reason: parseText(item.reason, 'reason') });
    return undefined;
  },

  async attemptEntries({ session, clock, sentOutput, entriesRefused }, item) {
    const { output, refusals } = checkEntries(item.entries, clock.now());
    if (refusals.length > 0) entriesRefused(refusals);
    const stored = session.appendEntries({
      ...attempt(item),
      first: parseInteger(item.first, 'first', 0, Number.MAX_SAFE_INTEGER),
      output,
    });
    sentOutput();
    return { $case: 'entries', value: { stored: (await stored).stored } };
  },

  async attemptLog({ session, clock, sentOutput }, item) {
    const { level, message, timestampMs } = item;
    if (level !== 'DEBUG' && level !== 'INFO' && level !== 'WARN' && level !== 'ERROR') {
      throw new ServiceError('INVALID_ARGUMENT', 'level must be DEBUG, INFO, WARN or ERROR.');
    }
    const logged = session.log({
      ...attempt(item),
      level,
      message: storable(parseText(message, 'message')),
      timestampMs: Number.isSafeInteger(timestampMs) && timestampMs > 0 ? timestampMs : clock.now(),
    });
    sentOutput();
    await logged;
    return undefined;
  },

  async attemptHeartbeat({ session }, item) {
    await session.heartbeatAttempt(attempt(item));
    return undefined;
  },

  queryAnswered() {
    throw new ServiceError('FAILED_PRECONDITION', 'The server has asked no question.');
  },

  async startWorkflow({ engine, orgId, starting }, { workflowExecutionId, request }) {
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

function execution(text: string): ExecutionId {
  return parseUuid(text, 'workflow_execution_id') as ExecutionId;
}

function attempt(item: { taskExecutionId: string; workflowExecutionId: string; claimToken: string }): AttemptRef {
  const taskId = parseUuid(item.taskExecutionId, 'task_execution_id') as TaskId;
  return { taskId, executionId: executionOf(taskId, item.workflowExecutionId), token: item.claimToken };
}

function speculation({ speculation }: { speculation?: { expectedSequence: number } | undefined }) {
  return speculation === undefined ? undefined : { speculation };
}

function resultOf(outcome: Outcome): Result | undefined {
  switch (outcome.type) {
    case 'COMPLETED':
      return { status: 'COMPLETED', output: outcome.output };
    case 'FAILED':
      return { status: 'FAILED', error: outcome.error };
    case 'CANCELLED':
      return { status: 'CANCELLED', error: outcome.reason };
    case 'SUSPENDED':
      return undefined;
  }
}

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

/** How many events make a page: at least one, or there would be no getting on. */
function fitting(events: readonly { readonly data: Json }[]): number {
  let bytes = 0;
  const over = events.findIndex(({ data }) => (bytes += data.length) >= PAGE_BYTES);
  return over === -1 ? events.length : over + 1;
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

/** Text columns cannot hold the character NUL; losing it is better than losing the failure it stands in. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD');
}
