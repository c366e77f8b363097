import { Duration, type TaskContext, task } from '@flovyn/sdk';
import { noteAttempt, self } from './attempt-log.js';

/** What a task says, and how often it fails before it succeeds. */
export interface Speech {
  readonly name: string;
  readonly words: number;
  /** Between two words, in milliseconds. */
  readonly paceMs: number;
  /** The first so many attempts fail in the middle. */
  readonly failures: number;
}

/** How the k-th word of an attempt is said. Whoever knows its number knows what it was. */
export function mannerOf(k: number): 'token' | 'progress' | 'data' | 'error' {
  if (k % 10 === 0) return 'progress';
  if (k % 7 === 0) return 'data';
  return k % 13 === 0 ? 'error' : 'token';
}

/** The mark every word carries: whose it is, and its number. */
export function markOf(worker: string, k: number): string {
  return `${worker}:${k}`;
}

function say(ctx: TaskContext, k: number, words: number): void {
  const mark = markOf(self, k);
  switch (mannerOf(k)) {
    case 'token':
      return ctx.streamToken(`${mark} `);
    case 'progress':
      return ctx.stream({ type: 'progress', progress: k / words, details: mark });
    case 'data':
      return ctx.streamData({ mark });
    case 'error':
      return ctx.streamError(mark);
  }
}

/** Says its words, each attempt from the first one on. */
export const speak = task({
  name: 'speak',
  usesStreaming: true,
  retry: { maxRetries: 1_000, initialDelay: Duration.milliseconds(20), maxDelay: Duration.seconds(1) },
  run: async (ctx, { name, words, paceMs, failures }: Speech) => {
    const about = { task: ctx.taskExecutionId, attempt: ctx.attempt, kind: 'speak' };
    noteAttempt({ ...about, event: 'began' });
    const fails = ctx.attempt <= failures;
    const last = fails ? Math.ceil(words / 2) : words;
    for (let k = 1; k <= last; k++) {
      say(ctx, k, words);
      if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
    }
    noteAttempt({ ...about, event: fails ? 'failed' : 'completed', said: last });
    if (fails) throw new Error(`${name} stumbled in attempt ${ctx.attempt}`);
    return name;
  },
});
