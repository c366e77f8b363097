import { type IncomingMessage, get } from 'node:http';
import { type SseMessage as SseLine, createSseDecoder } from '@flovyn/events/sse';
import { eventually } from '@flovyn/testing';

export type SseMessage = Extract<SseLine, { readonly kind: 'message' }>;

export interface SseReader {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Every message so far, without comments. */
  readonly messages: SseMessage[];
  /** The raw text so far, comments included. */
  text(): string;
  readonly isOver: () => boolean;
  /** Waits until there are so many messages. */
  atLeast(count: number): Promise<readonly SseMessage[]>;
  /** Waits until the server closes. */
  toEnd(): Promise<readonly SseMessage[]>;
  pause(): void;
  resume(): void;
  cut(): void;
}

/** Opens a stream as curl would. */
export function readSse(url: string, headers: Readonly<Record<string, string>> = {}): Promise<SseReader> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, (response) => {
      const decoder = createSseDecoder();
      const messages: SseMessage[] = [];
      let text = '';
      let isOver = false;
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        for (const line of decoder.push(chunk)) if (line.kind === 'message') messages.push(line);
      });
      response.on('close', () => (isOver = true));
      response.on('error', () => (isOver = true));
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        messages,
        text: () => text,
        isOver: () => isOver,
        atLeast: (count) =>
          eventually(`${count} messages, have ${messages.length}`, () => messages.length >= count && messages),
        toEnd: () => eventually('the end of the stream', () => isOver && messages),
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        cut: () => request.destroy(),
      });
    });
    request.on('error', reject);
  });
}
