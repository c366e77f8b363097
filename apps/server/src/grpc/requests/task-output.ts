import type { TaskOutput } from '@flovyn/engine';
import type { StreamEvent } from '@flovyn/events';
import { type RefusalReason, parseStreamEventText } from '@flovyn/events/schemas';
import { type Json, toJson } from '@flovyn/protocol';
import { type StreamEventType, fromStreamEventType } from '@flovyn/protocol/grpc';
import type { StreamCheck, StreamValue } from '../workers/stream-schemas.js';

/** One piece of a task's output as a worker sends it. */
export interface SentOutput {
  readonly type: StreamEventType;
  /** The event as tagged JSON text. */
  readonly payload: string;
  readonly timestampMs: number;
}

export type CheckedOutput =
  | {
      readonly ok: true;
      readonly output: TaskOutput;
      /** Present for a value of a stream of the user's own, which has a schema to fit: see {@link holdToSchema}. */
      readonly streamValue?: StreamValue | undefined;
    }
  | { readonly ok: false; readonly reason: RefusalReason | 'wrong-type' | 'schema'; readonly message: string };

/**
 * Checks a piece of output, the only time on its way. News is the server's own: output in its shape is refused.
 *
 * @param now - for output whose own time is no time.
 */
export function checkOutput({ type, payload, timestampMs }: SentOutput, now: number): CheckedOutput {
  const parsed = parseStreamEventText(payload);
  if (!parsed.ok) return parsed;
  if (fromStreamEventType(type) !== parsed.event.type) {
    return { ok: false, reason: 'wrong-type', message: 'its type and its payload do not agree' };
  }
  const { event } = parsed;
  const output = outputOf(event, parsed.json as Json, timeOr(timestampMs, now));
  if (event.type !== 'data' || event.stream === undefined) return { ok: true, output };
  return { ok: true, output, streamValue: { stream: event.stream, value: event.data, characters: payload.length } };
}

/** Output that was checked, held to the schema of the user's stream it belongs to, if it belongs to one. */
export function holdToSchema(checked: CheckedOutput, check: StreamCheck): CheckedOutput {
  const message = checked.ok && checked.streamValue !== undefined ? check(checked.streamValue) : undefined;
  return message === undefined ? checked : { ok: false, reason: 'schema', message };
}

/** An instant as a worker says it, when it is one. */
export function timeOr(timestampMs: number, now: number): number {
  return Number.isSafeInteger(timestampMs) && timestampMs > 0 ? timestampMs : now;
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
