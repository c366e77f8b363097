import type { Frame, FrameHead as Head } from './envelope.js';
import { FrameHead } from './envelope.js';
import { type Issue, toIssues } from './issue.js';
import { readOpen } from './read.js';
import { streamEvents } from './registry/stream.js';
import type { FlovynEvent, StateEventPayload } from './types.js';
import { stateEventValidators } from './validators.js';

/** Why something is not an event this version of the contract can give. */
export type Undecoded =
  /** Well formed, but its name is newer than this version. Show it or count it; it harms nothing. */
  | { readonly ok: false; readonly kind: 'unknown'; readonly name: string; readonly raw: unknown }
  /** Its name is known, its payload is not what the name promises. */
  | {
      readonly ok: false;
      readonly kind: 'invalid';
      readonly name: string;
      readonly issues: readonly Issue[];
      readonly raw: unknown;
    }
  /** Not an event at all. */
  | { readonly ok: false; readonly kind: 'malformed'; readonly reason: string; readonly raw: unknown };

const OPTIONAL: ReadonlySet<string> = new Set(['details', 'code']);

/** An event, or the reason why there is none. `unrecognized` lists the paths of words newer than this version. */
export type Decoded =
  | { readonly ok: true; readonly event: FlovynEvent; readonly unrecognized?: readonly string[] }
  | Undecoded;

/** A frame, or the reason why there is none; `head` says where it stands whenever that much could be read. */
export type DecodedFrame =
  | { readonly ok: true; readonly frame: Frame; readonly unrecognized?: readonly string[] }
  | (Undecoded & { readonly head?: Head });

/**
 * The event a JSON value stands for. Never throws. Fields this version does not know are left out; the value itself
 * keeps them.
 */
export function decode(raw: unknown): Decoded {
  if (!isRecord(raw)) return { ok: false, kind: 'malformed', reason: 'an event is a JSON object', raw };
  const { type } = raw;
  if (type === 'Event') return decodeStateEvent(raw);
  if (typeof type !== 'string') return { ok: false, kind: 'malformed', reason: 'an event has a text `type`', raw };
  if (!Object.hasOwn(streamEvents, type)) return { ok: false, kind: 'unknown', name: type, raw };

  const parsed = streamEvents[type as keyof typeof streamEvents].safeParse(withoutNulls(raw));
  return parsed.success
    ? { ok: true, event: parsed.data }
    : { ok: false, kind: 'invalid', name: type, issues: toIssues(parsed.error.issues), raw };
}

/** The frame a JSON value stands for, its event decoded as by {@link decode}. Never throws. */
export function decodeFrame(raw: unknown): DecodedFrame {
  if (!isRecord(raw)) return { ok: false, kind: 'malformed', reason: 'a frame is a JSON object', raw };
  const head = FrameHead.safeParse(raw);
  if (!head.success) {
    const places = toIssues(head.error.issues).map(({ path }) => path);
    return { ok: false, kind: 'malformed', reason: `unreadable envelope: ${places.join(', ')}`, raw };
  }
  const decoded = decode(raw['event']);
  if (!decoded.ok) return { ...decoded, head: head.data };
  const { event, ...rest } = decoded;
  return { ...rest, frame: { ...head.data, event } };
}

function decodeStateEvent(raw: Record<string, unknown>): Decoded {
  const { event: name, timestampMs } = raw;
  if (typeof name !== 'string') {
    return { ok: false, kind: 'malformed', reason: 'a state event has a text `event`', raw };
  }
  // An own key only: `toString` is not an event.
  if (!Object.hasOwn(stateEventValidators, name)) return { ok: false, kind: 'unknown', name, raw };

  if (!Number.isSafeInteger(timestampMs)) {
    return { ok: false, kind: 'invalid', name, issues: [{ path: 'timestampMs', code: 'invalid_type' }], raw };
  }
  const validator = stateEventValidators[name as keyof typeof stateEventValidators];
  const read = readOpen<unknown>(validator, raw['data'], 'data');
  if (!read.ok) return { ok: false, kind: 'invalid', name, issues: read.issues, raw };
  const event = { type: 'Event', event: name, data: read.value, timestampMs } as StateEventPayload;
  return read.unrecognized === undefined ? { ok: true, event } : { ok: true, event, unrecognized: read.unrecognized };
}

/** Whether an optional field is `null`, as serializers of other languages write what is absent. */
export function hasNulls(raw: unknown): boolean {
  return isRecord(raw) && (raw['details'] === null || raw['code'] === null);
}

function withoutNulls(raw: Record<string, unknown>): Record<string, unknown> {
  if (!hasNulls(raw)) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([key, value]) => !OPTIONAL.has(key) || value !== null));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
