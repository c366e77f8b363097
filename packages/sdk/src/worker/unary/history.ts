import type { Json } from '@flovyn/protocol';
import { type SessionEvent, type WorkflowEvent, fromJsonBytes, toJsonBytes } from '@flovyn/protocol/grpc';
import { canonicalType } from '../../replay/fact.js';

/** The history of an execution as it was given for a turn. */
export interface GivenHistory {
  readonly events: SessionEvent[];
  /** Whether its server knows what this project has added to the published calls: it tells the time of each fact. */
  readonly isExtended: boolean;
}

/**
 * Reads a history from the answer to GetEvents. A server of another make tells neither the time of a fact nor which signals
 * came with the start: each fact has the time of the execution then, and the signals that directly follow the start came
 * with it.
 *
 * @param executionTimeMs - what the poll said: the same on every replay.
 */
export function historyOf(events: readonly WorkflowEvent[], executionTimeMs: number): GivenHistory {
  const isExtended = events[0]?.timestampMs !== undefined;
  let isWithStart = !isExtended;
  const read = events.map((event, index): SessionEvent => {
    const { sequenceNumber: sequence, eventType, timestampMs = executionTimeMs } = event;
    if (index > 0 && canonicalType(eventType) !== 'SIGNAL_RECEIVED') isWithStart = false;
    const eventData = isWithStart && index > 0 ? markedWithStart(event.eventData) : event.eventData;
    return { sequence, eventType, eventData, timestampMs };
  });
  return { events: read, isExtended };
}

function markedWithStart(eventData: Uint8Array): Uint8Array {
  const data = JSON.parse(fromJsonBytes(eventData)) as object;
  return toJsonBytes(JSON.stringify({ ...data, withStart: true }) as Json);
}
