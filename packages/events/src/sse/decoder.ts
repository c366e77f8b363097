/** One thing a stream of server-sent events said. */
export type SseMessage =
  | {
      readonly kind: 'message';
      /** The `event` field; `message` when there was none. */
      readonly event: string;
      /** The `data` lines, joined with `\n`. */
      readonly data: string;
      /** The `id` field of this message; absent when it had none. */
      readonly id?: string;
    }
  /** A line that means nothing but that the other side is alive. */
  | { readonly kind: 'comment'; readonly text: string }
  /** How long to wait before connecting again, in milliseconds. */
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** A message was longer than the limit, in UTF-16 units, and was dropped up to its end. */
  | { readonly kind: 'overflow'; readonly limit: number };

/** Turns the bytes of an SSE response into messages, however they are cut. */
export interface SseDecoder {
  /** The messages that this chunk completes. Never throws; bytes that are not UTF-8 read as U+FFFD. */
  push(chunk: Uint8Array | string): SseMessage[];
}

/** 4 Mi: three times what the largest legal entry needs, in its frame. */
export const SSE_MESSAGE_LIMIT = 4 * 1_048_576;

/**
 * Makes a decoder for one response.
 *
 * @param options - `limit`: the longest message kept in memory, in UTF-16 units; {@link SSE_MESSAGE_LIMIT} when absent.
 * @example
 *   import { createSseDecoder, decodeMessage } from '@flovyn/events/sse';
 *
 *   const decoder = createSseDecoder();
 *   for (const message of decoder.push('event: token\nid: e1.1\ndata: Hello\n\n')) {
 *     console.log(decodeMessage(message, { format: 'plain' }).kind); // bare
 *   }
 */
export function createSseDecoder(options: { readonly limit?: number } = {}): SseDecoder {
  return new Decoder(options.limit ?? SSE_MESSAGE_LIMIT);
}

/**
 * Keeps two things between chunks: the beginning of an unfinished line, and the fields of an unfinished message. Their
 * sizes together stay within the limit; past it, everything up to the next blank line is dropped.
 */
class Decoder implements SseDecoder {
  readonly #limit: number;
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  #atStart = true;
  /** The last chunk ended in CR: a LF at the start of the next one belongs to it. */
  #afterCr = false;
  #line = '';
  /** The line being read is longer than the limit; only its end matters. */
  #lineDropped = false;
  #event = '';
  #data: string[] = [];
  #id: string | undefined;
  #size = 0;
  #dropped = false;
  #out: SseMessage[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array | string): SseMessage[] {
    let text = typeof chunk === 'string' ? chunk : this.#utf8.decode(chunk, { stream: true });
    if (this.#atStart && text !== '') {
      this.#atStart = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    let from = this.#afterCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') this.#afterCr = text.endsWith('\r');

    // Both positions are kept until they are passed, so that a chunk is searched once for each.
    let lf = text.indexOf('\n', from);
    let cr = text.indexOf('\r', from);
    while (lf !== -1 || cr !== -1) {
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr;
      this.#extendLine(text.slice(from, end));
      this.#endLine();
      from = end === cr && lf === cr + 1 ? end + 2 : end + 1;
      if (lf !== -1 && lf < from) lf = text.indexOf('\n', from);
      if (cr !== -1 && cr < from) cr = text.indexOf('\r', from);
    }
    this.#extendLine(text.slice(from));

    const messages = this.#out;
    this.#out = [];
    return messages;
  }

  #extendLine(part: string): void {
    if (this.#lineDropped) return;
    if (this.#size + this.#line.length + part.length > this.#limit) {
      this.#line = '';
      this.#lineDropped = true;
      this.#drop();
    } else {
      // A line that comes in many pieces is searched once: only the new piece can hold its end.
      this.#line += part;
    }
  }

  #endLine(): void {
    const line = this.#line;
    const wasDropped = this.#lineDropped;
    this.#line = '';
    this.#lineDropped = false;
    if (wasDropped) return;
    if (line === '') this.#endMessage();
    else if (line.startsWith(':')) this.#out.push({ kind: 'comment', text: withoutBlank(line.slice(1)) });
    else if (!this.#dropped) this.#field(line);
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : withoutBlank(line.slice(colon + 1));
    this.#size += line.length;
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^[0-9]{1,15}$/.test(value)) this.#out.push({ kind: 'retry', delayMs: Number(value) });
  }

  #endMessage(): void {
    if (!this.#dropped && this.#data.length > 0) {
      const message = { kind: 'message', event: this.#event || 'message', data: this.#data.join('\n') } as const;
      this.#out.push(this.#id === undefined ? message : { ...message, id: this.#id });
    }
    this.#forget();
    this.#dropped = false;
  }

  #drop(): void {
    this.#forget();
    if (this.#dropped) return;
    this.#dropped = true;
    this.#out.push({ kind: 'overflow', limit: this.#limit });
  }

  #forget(): void {
    this.#event = '';
    this.#data = [];
    this.#id = undefined;
    this.#size = 0;
  }
}

function withoutBlank(value: string): string {
  return value.startsWith(' ') ? value.slice(1) : value;
}
