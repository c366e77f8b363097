import type { Issue } from './issue.js';
import { JSON_MAX_DEPTH, JSON_MAX_NODES, STREAM_EVENT_MAX_BYTES } from './limits.js';
import { isRecord } from './read.js';
import { streamEvents } from './registry/stream.js';
import { decode } from './decode.js';
import type { StreamEvent } from './types.js';
import { STREAM_NAME_RULE, isStreamName } from './user-stream.js';

/** Why a worker's stream event is refused; stable words, fit for a metric's label. */
export type RefusalReason = 'too-large' | 'not-json' | 'too-complex' | 'unknown-type' | 'invalid' | 'reserved-shape';

/** A stream event fit to be stored, or why it is not. */
export type ParsedStreamEvent =
  | { readonly ok: true; readonly event: StreamEvent }
  | { readonly ok: false; readonly reason: RefusalReason; readonly message: string; readonly issues: readonly Issue[] };

/** The same with the JSON text to store: one line. */
export type ParsedStreamEventText =
  | { readonly ok: true; readonly event: StreamEvent; readonly json: string }
  | Extract<ParsedStreamEvent, { readonly ok: false }>;

/**
 * Checks a stream event on its way in. Never throws. The size is checked by {@link parseStreamEventText}, which sees it.
 *
 * Refuses the reserved shape: user data with a top-level `type` of "Event" would pass for news wherever it travels
 * without its wrapper.
 */
export function parseStreamEvent(json: unknown): ParsedStreamEvent {
  const decoded = decode(json);
  if (!decoded.ok) {
    if (decoded.kind === 'invalid') return refuse('invalid', `not a valid ${decoded.name} event`, decoded.issues);
    return refuse('unknown-type', `\`type\` is not one of ${Object.keys(streamEvents).join(', ')}`);
  }
  const { event } = decoded;
  if (event.type === 'Event') return refuse('reserved-shape', 'state events are made by the server alone');
  if (event.type !== 'data') return { ok: true, event };
  if (event.stream !== undefined && !isStreamName(event.stream)) return refuse('invalid', STREAM_NAME_RULE);
  if (isReserved(event.data)) return refuse('reserved-shape', 'user data must not have a top-level `type` of "Event"');
  if (isTooComplex(event.data)) {
    return refuse(
      'too-complex',
      `JSON is at most ${JSON_MAX_DEPTH} levels deep and has at most ${JSON_MAX_NODES} values`,
    );
  }
  return { ok: true, event };
}

/**
 * Checks the JSON text of a stream event on its way in; at most {@link STREAM_EVENT_MAX_BYTES} of UTF-8. The text to
 * store is the given one, so that fields of a newer worker survive, unless it has line breaks.
 */
export function parseStreamEventText(text: string): ParsedStreamEventText {
  if (exceedsBytes(text, STREAM_EVENT_MAX_BYTES)) {
    return refuse('too-large', `a stream event has at most ${STREAM_EVENT_MAX_BYTES} bytes`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('not-json', 'the payload is not JSON text');
  }
  const parsed = parseStreamEvent(json);
  if (!parsed.ok) return parsed;
  const { event } = parsed;
  if (hasNull(json)) return { ok: true, event, json: JSON.stringify(event) };
  // Between the tokens of JSON text a line break is a blank; inside a string it cannot stand.
  return { ok: true, event, json: text.replaceAll(/[\r\n]+/g, ' ') };
}

/** Whether a key that may be absent is there as `null`, which readers of the stored text need not understand. */
function hasNull(json: unknown): boolean {
  return isRecord(json) && (json['details'] === null || json['code'] === null || json['stream'] === null);
}

function isReserved(data: unknown): boolean {
  return isRecord(data) && data['type'] === 'Event';
}

/** Walks without recursion: a parser accepts values far deeper than the call stack. */
function isTooComplex(data: unknown): boolean {
  let nodes = 0;
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: data, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    nodes += 1;
    if (nodes > JSON_MAX_NODES) return true;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > JSON_MAX_DEPTH) return true;
    for (const inner of Object.values(value)) open.push({ value: inner, depth: depth + 1 });
  }
  return false;
}

function refuse(reason: RefusalReason, message: string, issues: readonly Issue[] = []) {
  return { ok: false, reason, message, issues } as const;
}

/** Whether the text's UTF-8 is longer than `limit`. A UTF-16 unit takes one to three bytes, so few texts are measured. */
function exceedsBytes(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  return text.length * 3 > limit && new TextEncoder().encode(text).length > limit;
}
