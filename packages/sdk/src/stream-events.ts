import type { StreamEvent } from '@flovyn/events';

/**
 * Makes the four kinds of output a running task can show, for `ctx.stream`.
 *
 * @example
 *   import { StreamEvents, task } from '@flovyn/sdk';
 *
 *   export const speak = task<string, void>({
 *     name: 'speak',
 *     run: async (ctx, text) => {
 *       for (const word of text.split(' ')) ctx.stream(StreamEvents.token(`${word} `));
 *     },
 *   });
 */
export const StreamEvents = {
  /** A piece of text; pieces are joined as they come. */
  token: (text: string): StreamEvent => ({ type: 'token', text }),

  /** How far the task is, from 0 to 1: what lies outside is moved to the nearer end, and what is no number to 0. */
  progress: (progress: number, details?: string): StreamEvent =>
    details === undefined
      ? { type: 'progress', progress: clamp(progress) }
      : { type: 'progress', progress: clamp(progress), details },

  /** Any JSON value; `stream` is the name of the stream of your own that it belongs to, if it does. */
  data: (data: unknown, stream?: string): StreamEvent =>
    stream === undefined ? { type: 'data', data } : { type: 'data', data, stream },

  /** Something went wrong and the task goes on. */
  error: (message: string, code?: string): StreamEvent =>
    code === undefined ? { type: 'error', message } : { type: 'error', message, code },
};

/** What kind of output this is: `token`, `progress`, `data` or `error`. Takes a subscription's entry as well. */
export function streamEventType(event: StreamEvent | { readonly event: StreamEvent }): StreamEvent['type'] {
  return 'type' in event ? event.type : event.event.type;
}

function clamp(progress: number): number {
  return Number.isNaN(progress) ? 0 : Math.min(1, Math.max(0, progress));
}
