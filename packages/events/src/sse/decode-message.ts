import { type Undecoded, decodeFrame } from '../decode.js';
import { EndData, type FrameHead, GapData, ReadyData, type StreamMessage } from '../envelope.js';
import type { Issue } from '../issue.js';
import { read } from '../read.js';
import type { Shape, ValueOf } from '../shape.js';
import { streamEvents } from '../registry/stream.js';
import type { StreamEventType } from '../enums.js';
import type { FlovynEvent } from '../types.js';
import { decodeBare, parseJson } from './bare.js';
import type { SseMessage } from './decoder.js';
import { sseEntryName } from './encode.js';
import type { PlainOrigin } from './plain.js';

/** An event that came without a frame: the plain format, or a server of another make. It has no number. */
export interface BareMessage {
  readonly kind: 'bare';
  /** Always: it came without what a frame says. */
  readonly legacy: true;
  /** The event. */
  readonly event: FlovynEvent;
  /** The cursor to continue after it, if it had one; opaque. */
  readonly id?: string;
  /** Whose it is, in a consolidated stream. */
  readonly origin?: PlainOrigin;
  /** Paths in the event whose words are newer than this version of the contract. */
  readonly unrecognized?: readonly string[];
}

/** Why a message is nothing this version can give, and where it stands when that much could be read. */
export type UndecodedMessage = (
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'invalid'; readonly name: string; readonly issues: readonly Issue[] }
  | { readonly kind: 'malformed'; readonly reason: string }
) & { readonly raw: unknown; readonly id?: string; readonly head?: FrameHead };

/** Everything one SSE message can turn out to be, told apart by `kind`. */
export type DecodedMessage =
  | StreamMessage
  | BareMessage
  | UndecodedMessage
  | Exclude<SseMessage, { readonly kind: 'message' }>;

/** How {@link decodeMessage} reads. */
export interface DecodeMessageOptions {
  /**
   * What the stream was asked for. `json`: frames only. `plain`: bare values only, so that an author's text which looks
   * like a frame stays a text. `auto`, the default: frames, and bare values from servers that send nothing else.
   */
  readonly format?: 'json' | 'plain' | 'auto' | undefined;
}

/** What an SSE message says. Never throws. */
export function decodeMessage(message: SseMessage, options: DecodeMessageOptions = {}): DecodedMessage {
  if (message.kind !== 'message') return message;
  const { event: name, data } = message;
  if (Object.hasOwn(streamEvents, name)) return decodeEntry(name as StreamEventType, message, options.format ?? 'auto');
  switch (name) {
    case 'ready':
      return decodeControl(name, ReadyData, message);
    case 'gap':
      return decodeControl(name, GapData, message);
    case 'end':
      return decodeControl(name, EndData, message);
    default:
      return { kind: 'unknown', name, raw: data, ...idOf(message) };
  }
}

type Message = Extract<SseMessage, { readonly kind: 'message' }>;

function decodeEntry(name: StreamEventType, message: Message, format: 'json' | 'plain' | 'auto'): DecodedMessage {
  const json = parseJson(message.data);
  if (format === 'json' || (format === 'auto' && looksLikeFrame(json))) return decodeFramed(name, message, json);

  const { decoded, origin } = decodeBare(name, message.data, json);
  if (!decoded.ok) return undecoded(decoded, message);
  const { event, unrecognized } = decoded;
  return {
    kind: 'bare',
    legacy: true,
    event,
    ...idOf(message),
    ...(origin === undefined ? {} : { origin }),
    ...(unrecognized === undefined ? {} : { unrecognized }),
  };
}

function decodeFramed(name: StreamEventType, message: Message, json: unknown): DecodedMessage {
  if (json === undefined) return malformed('data is not JSON', message);
  const decoded = decodeFrame(json);
  if (!decoded.ok) return undecoded(decoded, message);
  const { frame, unrecognized } = decoded;
  // Task output travels under its own name, so whatever it holds, it cannot pass for news.
  if (sseEntryName(frame.event) !== name)
    return malformed(`a ${frame.event.type} event under the name ${name}`, message);
  return { kind: 'entry', frame, ...idOf(message), ...(unrecognized === undefined ? {} : { unrecognized }) };
}

function decodeControl<Kind extends 'ready' | 'gap' | 'end', Words extends Shape>(
  kind: Kind,
  words: Words,
  message: Message,
): ({ readonly kind: Kind } & ValueOf<Words>) | UndecodedMessage {
  const json = parseJson(message.data);
  if (json === undefined) return malformed('data is not JSON', message);
  const found = read(words, json);
  if (!found.ok) return { kind: 'invalid', name: kind, issues: found.issues, raw: json };
  return { kind, ...found.value };
}

function looksLikeFrame(json: unknown): boolean {
  return (
    typeof json === 'object' &&
    json !== null &&
    'v' in json &&
    'seq' in json &&
    'executionId' in json &&
    'event' in json
  );
}

function undecoded(decoded: Undecoded & { readonly head?: FrameHead }, message: Message): UndecodedMessage {
  const { ok: _, ...rest } = decoded;
  return { ...rest, ...idOf(message) };
}

function malformed(reason: string, message: Message): UndecodedMessage {
  return { kind: 'malformed', reason, raw: message.data, ...idOf(message) };
}

function idOf({ id }: Message): { readonly id?: string } {
  return id === undefined ? {} : { id };
}
