import type { EndFrame, GapFrame, ReadyFrame } from '../envelope.js';
import type { StreamEventType } from '../enums.js';
import type { FlovynEvent } from '../types.js';

/** The SSE names of entries; news goes by `data`. */
export type SseEntryName = StreamEventType;

/** One entry as it goes out. */
export interface SseEntry {
  /** Its name. */
  readonly event: SseEntryName;
  /** The cursor to continue after this entry: 1 to 128 visible ASCII characters. */
  readonly id: string;
  /** JSON text of the frame, or the bare value of the plain format. Line breaks of any kind are sent as `\n`. */
  readonly data: string;
}

/** Nothing that could end the line or hide in it. */
const ID = /^[\x21-\x7E]{1,128}$/;
const NAMES: ReadonlySet<string> = new Set<SseEntryName>(['token', 'progress', 'data', 'error']);

/** The SSE name an event goes by. */
export function sseEntryName(event: FlovynEvent): SseEntryName {
  return event.type === 'Event' ? 'data' : event.type;
}

/**
 * An entry as SSE text.
 *
 * @throws {TypeError} if `event` is not one of the four names or `id` is not visible ASCII: either could forge lines.
 */
export function encodeEntry({ event, id, data }: SseEntry): string {
  if (!NAMES.has(event)) throw new TypeError('The SSE name of an entry is token, progress, data or error.');
  if (!ID.test(id)) throw new TypeError('The SSE id of an entry is 1 to 128 visible ASCII characters.');
  return `event: ${event}\nid: ${id}\n${dataLines(data)}\n`;
}

/** The first word of a stream, as SSE text. It has no id, so it never moves a reader's cursor. */
export function encodeReady({ epoch, from, head, types, below }: Omit<ReadyFrame, 'kind'>): string {
  // What is undefined is not written.
  return control('ready', { epoch, from, head, types, below });
}

/** A declared gap, as SSE text. */
export function encodeGap({ from, to, reason }: Omit<GapFrame, 'kind'>): string {
  return control('gap', { from, to, reason });
}

/** The last word of a stream, as SSE text. */
export function encodeEnd({ status }: Omit<EndFrame, 'kind'>): string {
  return control('end', { status });
}

/** A comment, as SSE text: it keeps the connection warm and means nothing. */
export function encodeComment(text = 'keep-alive'): string {
  return `${lines(text)
    .map((line) => `: ${line}`)
    .join('\n')}\n\n`;
}

/** How long the reader is to wait before it connects again, in whole milliseconds, as SSE text. */
export function encodeRetry(delayMs: number): string {
  return `retry: ${Math.max(0, Math.round(delayMs))}\n\n`;
}

function control(name: string, words: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(words)}\n\n`;
}

/** The text as `data` lines. The one blank after the colon is always written: a reader takes away exactly one. */
function dataLines(text: string): string {
  // JSON text has no line breaks unless its writer indented it, so splitting is rare.
  if (!text.includes('\n') && !text.includes('\r')) return `data: ${text}\n`;
  return lines(text)
    .map((line) => `data: ${line}\n`)
    .join('');
}

function lines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}
