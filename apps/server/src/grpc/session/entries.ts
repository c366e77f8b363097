import type { TaskOutput } from '@flovyn/engine';
import { STREAM_LOSS, type StreamEvent } from '@flovyn/events';
import { type RefusalReason, parseStreamEventText } from '@flovyn/events/schemas';
import { type Json, toJson } from '@flovyn/protocol';
import { type StreamEntry, fromStreamEventType } from '@flovyn/protocol/grpc';

export interface CheckedEntries {
  /** As many as were sent: the worker numbers them. */
  readonly output: readonly TaskOutput[];
  /** Why entries were not taken as they were. */
  readonly refusals: readonly (RefusalReason | 'wrong-type')[];
}

/**
 * Checks a worker's entries, the only time on their way. An entry that is not valid keeps its number: in its place stands
 * an error of code `STREAM_LOSS`, so that readers see that something is missing and the rest goes on.
 *
 * @param now - for entries whose own time is no time.
 */
export function checkEntries(entries: readonly StreamEntry[], now: number): CheckedEntries {
  const refusals: CheckedEntries['refusals'][number][] = [];
  const output = entries.map((entry): TaskOutput => {
    const timestampMs = Number.isSafeInteger(entry.timestampMs) && entry.timestampMs > 0 ? entry.timestampMs : now;
    const parsed = parseStreamEventText(entry.payload);
    if (!parsed.ok) {
      refusals.push(parsed.reason);
      return lost(parsed.message, timestampMs);
    }
    if (fromStreamEventType(entry.type) !== parsed.event.type) {
      refusals.push('wrong-type');
      return lost('its type and its payload do not agree', timestampMs);
    }
    return outputOf(parsed.event, parsed.json as Json, timestampMs);
  });
  return { output, refusals };
}

function outputOf(event: StreamEvent, json: Json, timestampMs: number): TaskOutput {
  if (event.type !== 'progress') return { kind: event.type, event: json, timestampMs };
  const progress = Math.min(1, Math.max(0, event.progress));
  return {
    kind: 'progress',
    event: progress === event.progress ? json : toJson({ ...event, progress }),
    timestampMs,
    progress,
    ...(event.details === undefined ? undefined : { details: event.details }),
  };
}

function lost(why: string, timestampMs: number): TaskOutput {
  const event = toJson({
    type: 'error',
    message: `One entry of the task's output was left out: ${why}.`,
    code: STREAM_LOSS,
  });
  return { kind: 'error', event, timestampMs };
}
