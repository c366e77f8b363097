import { type HistoryEventType, type SuspendType, type WaitingOn, suspendTypeNumber } from '@flovyn/events';

import type { HistoryEvent, HistoryEventName, RecordedEvent } from './history-event.js';
import { invariant } from './invariant.js';
import { jsonMembers } from './json-members.js';
import { type Json, jsonNull } from './json.js';
import { defaultRetries } from './limits.js';
import { ServiceError } from './service-error.js';

// How the facts of a history are written into their stored JSON objects and read again. One table says both, so that
// the two cannot part. Payloads pass as text: neither way parses or prints them.

/** A fact this version does not know, such as one recorded by a newer server. Replay passes over it. */
export interface UnknownEvent {
  readonly type: 'UNKNOWN';
  readonly eventType: string;
  readonly data: Json;
}

/**
 * The stored JSON object of a fact. Its keys are those other workers read, a few of them twice.
 */
export function encodeEventData(event: HistoryEvent): Json {
  let data = '';
  const values = event as unknown as Readonly<Record<string, unknown>>;
  for (const { member, field, heads } of fieldsOf(event.type)) {
    const text = field.print(values[member]);
    if (text === undefined) continue;
    for (const head of heads) data += data === '' ? head + text : `,${head}${text}`;
  }
  return `{${data}}` as Json;
}

/**
 * Reads a stored JSON object back into the fact it came from. Where older servers used other keys, the first one found
 * wins, also with the value `null`; what is missing gets the value that stands for "not said".
 *
 * @throws {ServiceError} MALFORMED_JSON when the data is not an object, INVALID_ARGUMENT when a member has another type.
 */
export function decodeEventData<Name extends HistoryEventName>(type: Name, data: Json): EventNamed<Name> {
  const members = jsonMembers(data);
  if (members === undefined) throw new ServiceError('MALFORMED_JSON', `The data of a ${type} must be a JSON object.`);
  const event: Record<string, unknown> = { type };
  for (const { member, field } of fieldsOf(type)) {
    const key = (field.readAs ?? [member]).find((candidate) => members.has(candidate));
    const value = field.read(key === undefined ? undefined : members.get(key), `${type}.${member}`);
    if (value !== undefined) event[member] = value;
  }
  return event as EventNamed<Name>;
}

/** The fact behind a line of a history; see {@link decodeEventData}. */
export function readEvent(recorded: Pick<RecordedEvent, 'type' | 'data'>): HistoryEvent | UnknownEvent {
  const { type, data } = recorded;
  return isHistoryEventName(type) ? decodeEventData(type, data) : { type: 'UNKNOWN', eventType: type, data };
}

/** Whether a text names a fact this version knows. */
export function isHistoryEventName(text: string): text is HistoryEventName {
  return Object.hasOwn(layouts, text);
}

type EventNamed<Name extends HistoryEventName> = Extract<HistoryEvent, { readonly type: Name }>;

interface Field<T> {
  /** Keys to write, when they are not just the member's name. */
  readonly writtenAs?: readonly string[];
  /** Keys to look for, in order, when they are not just the member's name. */
  readonly readAs?: readonly string[];
  /** `undefined` leaves the key out. */
  print(value: T): string | undefined;
  read(text: Json | undefined, where: string): T;
}

type AnyField = Field<unknown>;

/**
 * A fact without a layout, or a member without a field, does not compile. Nor does a name that only one of this package
 * and `@flovyn/events` knows.
 */
type Layouts = {
  readonly [Name in HistoryEventType]: {
    readonly [Member in Exclude<keyof EventNamed<Name>, 'type'>]-?: Field<EventNamed<Name>[Member]>;
  };
};

type Keys = Pick<Field<unknown>, 'writtenAs' | 'readAs'>;

const printJson = (value: unknown): string | undefined => JSON.stringify(value);

/** A member of one JSON type. `missing` stands for a key that is not there or is null. */
function plain<T>(is: (value: unknown) => value is T & {}, missing: T, keys: Keys = {}): Field<T> {
  return {
    ...keys,
    print: printJson,
    read(text, where) {
      const value: unknown = text === undefined ? null : JSON.parse(text);
      if (value === null) return missing;
      if (is(value)) return value;
      throw new ServiceError('INVALID_ARGUMENT', `${where} has another type than this version expects.`);
    },
  };
}

const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isSuspendType = (value: unknown): value is SuspendType =>
  isString(value) && Object.hasOwn(suspendTypeNumber, value);

const text = (keys?: Keys): Field<string> => plain(isString, '', keys);
const optionalText = plain<string | undefined>(isString, undefined);
const number = (keys?: Keys): Field<number> => plain<number>(isNumber, 0, keys);
const optionalNumber = plain<number | undefined>(isNumber, undefined);

/** Written only when true. */
const flag: Field<true | undefined> = {
  print: (value) => (value === true ? 'true' : undefined),
  read: (json) => (json === 'true' ? true : undefined),
};

/** A user's value, passed on as it stands. */
const payload = (keys: Keys = {}): Field<Json> => ({
  ...keys,
  print: (value) => value,
  read: (json) => json ?? jsonNull,
});

const taskId = text({ readAs: ['taskExecutionId', 'taskId', 'task_execution_id'] });
const taskKind = text({ readAs: ['kind', 'taskType', 'task_type'] });
const output = payload({ readAs: ['result', 'output'] });
const timerId = text({ readAs: ['timerId', 'timer_id'] });
// A promise without a name is known by its id alone.
const promiseName = text({ readAs: ['promiseName', 'promise_name', 'promiseId'] });
const childName = text({ readAs: ['childExecutionName', 'childWorkflowName', 'child_workflow_name', 'name'] });
const childIdKeys = ['childExecutionId', 'childWorkflowExecutionId', 'childworkflowExecutionId', 'child_execution_id'];
const childId = text({ readAs: childIdKeys });
// Some workers look only for the key with the odd capitals.
const childIdTwice = text({ writtenAs: ['childExecutionId', 'childworkflowExecutionId'], readAs: childIdKeys });
const childIdOfRequest = text({ writtenAs: ['childWorkflowExecutionId'], readAs: childIdKeys });
/** A word of a later version says no more than that the execution waits. */
const suspendType: Field<SuspendType> = {
  print: printJson,
  read(json) {
    const word: unknown = json === undefined ? undefined : JSON.parse(json);
    return isSuspendType(word) ? word : 'SUSPEND_TYPE_UNSPECIFIED';
  },
};
const waitingOn = plain<readonly WaitingOn[]>(Array.isArray, []);

const layouts: Layouts = {
  WORKFLOW_STARTED: { input: payload() },
  TASK_SCHEDULED: {
    taskExecutionId: taskId,
    kind: taskKind,
    input: payload(),
    queue: text(),
    maxRetries: plain<number>(isNumber, defaultRetries),
    timeoutMs: optionalNumber,
    idempotencyKey: optionalText,
  },
  TASK_COMPLETED: { taskExecutionId: taskId, kind: taskKind, output },
  TASK_FAILED: {
    taskExecutionId: taskId,
    kind: taskKind,
    error: text(),
    retryable: plain(isBoolean, true),
    cancelled: flag,
  },
  TASK_CANCELLED: { taskExecutionId: taskId, kind: taskKind, reason: text() },
  TIMER_STARTED: {
    timerId,
    durationMs: number({ readAs: ['durationMs', 'duration', 'duration_ms'] }),
    fireAtMs: number(),
  },
  TIMER_FIRED: { timerId },
  TIMER_CANCELLED: { timerId },
  PROMISE_CREATED: {
    promiseId: text(),
    promiseName,
    timeoutMs: optionalNumber,
    idempotencyKey: optionalText,
  },
  PROMISE_RESOLVED: { promiseId: text(), promiseName, value: payload() },
  PROMISE_REJECTED: { promiseId: text(), promiseName, error: text() },
  PROMISE_TIMEOUT: { promiseId: text(), promiseName },
  CHILD_WORKFLOW_INITIATED: {
    childExecutionName: childName,
    childWorkflowKind: text({ readAs: ['childWorkflowKind', 'child_workflow_kind', 'workflowKind', 'kind'] }),
    childExecutionId: childIdTwice,
    input: payload(),
    queue: text(),
  },
  CHILD_WORKFLOW_STARTED: { childExecutionName: childName, childExecutionId: childId },
  CHILD_WORKFLOW_COMPLETED: { childExecutionName: childName, childExecutionId: childIdTwice, output },
  CHILD_WORKFLOW_FAILED: {
    childExecutionName: childName,
    childExecutionId: childIdTwice,
    error: text(),
    cancelled: flag,
  },
  CHILD_WORKFLOW_CANCELLED: { childExecutionName: childName, childExecutionId: childIdTwice, reason: text() },
  CHILD_WORKFLOW_CANCELLATION_REQUESTED: {
    childExecutionName: childName,
    childExecutionId: childIdOfRequest,
    reason: text(),
  },
  CHILD_WORKFLOW_CANCELLATION_FAILED: {
    childExecutionName: childName,
    childExecutionId: childIdOfRequest,
    error: text(),
  },
  CHILD_WORKFLOW_SIGNALLED: {
    childExecutionName: childName,
    childExecutionId: childId,
    signalName: text(),
    missed: flag,
  },
  OPERATION_COMPLETED: {
    operationName: text({ readAs: ['operationName', 'name', 'operation_name'] }),
    result: payload({ readAs: ['result', 'output'] }),
  },
  STATE_SET: { key: text(), value: payload() },
  STATE_CLEARED: { key: text() },
  SIGNAL_RECEIVED: {
    signalName: plain(isString, '__default__'),
    signalValue: payload(),
    withStart: flag,
  },
  CANCELLATION_REQUESTED: { reason: text(), requestedBy: text() },
  WORKFLOW_SUSPENDED: { reason: text(), suspendType, waitingOn },
  WORKFLOW_COMPLETED: { output },
  WORKFLOW_EXECUTION_FAILED: { error: text(), stackTrace: text(), failureType: text() },
  WORKFLOW_CANCELLED: { reason: text() },
  RETRY_REQUESTED: { note: text(), previousError: text() },
};

type FieldList = readonly {
  readonly member: string;
  readonly field: AnyField;
  /** What stands before its value, for each key it is written as. */
  readonly heads: readonly string[];
}[];

const fields: ReadonlyMap<string, FieldList> = /* @__PURE__ */ new Map(
  Object.entries(layouts).map(([type, layout]) => [
    type,
    Object.entries<AnyField>(layout).map(([member, field]) => ({
      member,
      field,
      heads: (field.writtenAs ?? [member]).map((key) => `"${key}":`),
    })),
  ]),
);

function fieldsOf(type: HistoryEventName): FieldList {
  const found = fields.get(type);
  invariant(found, `${type} has a layout`);
  return found;
}
