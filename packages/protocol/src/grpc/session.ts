import { type StreamEventType, streamEventTypes } from '@flovyn/events';

import type { Command, Outcome } from '../command.js';
import type { StreamEventType as WireStreamEventType } from '../gen/flovyn/v1/task_execution.js';
import type { ServerItem, SessionEvent, TurnCompleted, WorkerItem } from '../gen/flovyn/v1/worker_session.js';
import type { WorkflowEvent } from '../gen/flovyn/v1/workflow_dispatch.js';
import type { RecordedEvent } from '../history-event.js';
import { toWireTurn } from './command.js';
import { fromJsonBytes, toJsonBytes } from './json-bytes.js';
import { type ParsedTurn, parseWireTurn } from './parse-command.js';

type WorkerItemData = NonNullable<WorkerItem['item']>;
type ServerItemData = NonNullable<ServerItem['item']>;

/** The kinds of item a worker sends, for example `turnCompleted`. */
export type WorkerItemCase = WorkerItemData['$case'];
/** The kinds of item a server sends, for example `activation`. */
export type ServerItemCase = ServerItemData['$case'];
/** The message inside a worker's item of one kind. */
export type WorkerItemOf<Case extends WorkerItemCase> = Extract<WorkerItemData, { $case: Case }>['value'];
/** The message inside a server's item of one kind. */
export type ServerItemOf<Case extends ServerItemCase> = Extract<ServerItemData, { $case: Case }>['value'];

/** One item of a worker's frame. `id` 0 wants no answer. */
export function workerItem<Case extends WorkerItemCase>(id: number, kind: Case, value: WorkerItemOf<Case>): WorkerItem {
  return { id, item: { $case: kind, value } as WorkerItemData };
}

/** One item of a server's frame. */
export function serverItem<Case extends ServerItemCase>(kind: Case, value: ServerItemOf<Case>): ServerItem {
  return { item: { $case: kind, value } as ServerItemData };
}

/** What identifies a finished turn; the rest of it are its commands and its outcome. */
export type TurnHead = Pick<
  TurnCompleted,
  'workflowExecutionId' | 'claimToken' | 'turnId' | 'seenSequence' | 'speculative'
>;

/** A finished turn as the session carries it. */
export function toTurnCompleted(head: TurnHead, commands: readonly Command[], outcome: Outcome): TurnCompleted {
  return { ...head, ...toWireTurn(commands, outcome) };
}

/**
 * What a finished turn decided, checked.
 *
 * @throws {ServiceError} as {@link parseWireTurn} does.
 */
export function fromTurnCompleted(turn: TurnCompleted): ParsedTurn {
  return parseWireTurn(turn);
}

/** A line of a history, for the session. */
export function toSessionEvent({ sequence, type, data, timestampMs }: RecordedEvent): SessionEvent {
  return { sequence, eventType: type, eventData: toJsonBytes(data), timestampMs };
}

export function fromSessionEvent(event: SessionEvent): RecordedEvent {
  const { sequence, eventType, eventData, timestampMs } = event;
  return { sequence, type: eventType, data: fromJsonBytes(eventData), timestampMs };
}

/** A line of a history, for `WorkflowDispatch.GetEvents`. */
export function toWorkflowEvent({ sequence, type, data, timestampMs }: RecordedEvent): WorkflowEvent {
  return { sequenceNumber: sequence, eventType: type, eventData: toJsonBytes(data), timestampMs };
}

/** @param defaultTimeMs - the event's time when the server is one that does not tell it. */
export function fromWorkflowEvent(event: WorkflowEvent, defaultTimeMs: number): RecordedEvent {
  const { sequenceNumber, eventType, eventData, timestampMs } = event;
  return {
    sequence: sequenceNumber,
    type: eventType,
    data: fromJsonBytes(eventData),
    timestampMs: timestampMs ?? defaultTimeMs,
  };
}

/** The wire's word for a type of stream event: `TOKEN` for `token`. */
export function toStreamEventType(type: StreamEventType): WireStreamEventType {
  return wireStreamEventTypes[type];
}

/** The type of stream event behind the wire's word; `undefined` when it is none, which is a caller's mistake. */
export function fromStreamEventType(type: WireStreamEventType): StreamEventType | undefined {
  return streamEventTypes.find((known) => wireStreamEventTypes[known] === type);
}

const wireStreamEventTypes = {
  token: 'TOKEN',
  progress: 'PROGRESS',
  data: 'DATA',
  error: 'ERROR',
} as const satisfies Record<StreamEventType, WireStreamEventType>;
