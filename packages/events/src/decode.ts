import type { StreamEventType } from './enums.js';
import { type Frame, FrameHead } from './envelope.js';
import type { Issue } from './issue.js';
import { isRecord, read } from './read.js';
import { streamEvents } from './registry/stream.js';
import { type Shape, count } from './shape.js';
import { stateEventShapes } from './shapes.js';
import type { FlovynEvent, StateEventName, StateEventPayload, StreamEvent } from './types.js';

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

const TIME = { timestampMs: count };

/** An event, or the reason why there is none. `unrecognized` lists the paths of words newer than this version. */
export type Decoded =
  | { readonly ok: true; readonly event: FlovynEvent; readonly unrecognized?: readonly string[] }
  | Undecoded;

/** A frame, or the reason why there is none; `head` says where it stands whenever that much could be read. */
export type DecodedFrame =
  | { readonly ok: true; readonly frame: Frame; readonly unrecognized?: readonly string[] }
  | (Undecoded & { readonly head?: FrameHead });

/**
 * The event a JSON value stands for. Never throws. Fields this version does not know are left out; the value itself
 * keeps them.
 *
 * @example
 *   import { decode } from '@flovyn/events';
 *
 *   const decoded = decode(JSON.parse('{"type":"token","text":"Hello"}'));
 *   console.log(decoded.ok ? decoded.event.type : decoded.kind); // token
 */
export function decode(raw: unknown): Decoded {
  if (!isRecord(raw)) return { ok: false, kind: 'malformed', reason: 'an event is a JSON object', raw };
  const { type } = raw;
  if (type === 'Event') return decodeStateEvent(raw);
  if (typeof type !== 'string') return { ok: false, kind: 'malformed', reason: 'an event has a text `type`', raw };
  if (!Object.hasOwn(streamEvents, type)) return { ok: false, kind: 'unknown', name: type, raw };

  const found = read<Shape>(streamEvents[type as StreamEventType], raw);
  return found.ok
    ? { ok: true, event: found.value as StreamEvent }
    : { ok: false, kind: 'invalid', name: type, issues: found.issues, raw };
}

/** The frame a JSON value stands for, its event decoded as by {@link decode}. Never throws. */
export function decodeFrame(raw: unknown): DecodedFrame {
  if (!isRecord(raw)) return { ok: false, kind: 'malformed', reason: 'a frame is a JSON object', raw };
  const head = read(FrameHead, raw);
  if (!head.ok) {
    const places = head.issues.map(({ path }) => path);
    return { ok: false, kind: 'malformed', reason: `unreadable envelope: ${places.join(', ')}`, raw };
  }
  const decoded = decode(raw['event']);
  if (!decoded.ok) return { ...decoded, head: head.value };
  const { event, ...rest } = decoded;
  return { ...rest, frame: { ...head.value, event } };
}

function decodeStateEvent(raw: Record<string, unknown>): Decoded {
  const { event: name } = raw;
  if (typeof name !== 'string') {
    return { ok: false, kind: 'malformed', reason: 'a state event has a text `event`', raw };
  }
  // An own key only: `toString` is not an event.
  if (!Object.hasOwn(stateEventShapes, name)) return { ok: false, kind: 'unknown', name, raw };

  const shape: Shape = stateEventShapes[name as StateEventName];
  const time = read(TIME, raw);
  const data = read(shape, raw['data'], 'data');
  if (!time.ok || !data.ok) {
    const issues = [...(time.ok ? [] : time.issues), ...(data.ok ? [] : data.issues)];
    return { ok: false, kind: 'invalid', name, issues, raw };
  }
  const event = { type: 'Event', event: name, data: data.value, ...time.value } as StateEventPayload;
  return data.unrecognized === undefined ? { ok: true, event } : { ok: true, event, unrecognized: data.unrecognized };
}
