import { Duration, task, workflow } from '@flovyn/sdk';
import { noteEffect } from '../effects.js';

/** A text told word by word. */
export interface Narration {
  readonly name: string;
  readonly tokens: number;
  /** Between two words, in milliseconds. */
  readonly paceMs: number;
}

/** Streams `tokens` words, numbered, with its progress after every tenth. Each attempt begins at the beginning. */
export const narrate = task({
  name: 'narrate',
  usesStreaming: true,
  retry: { maxRetries: 10, initialDelay: Duration.milliseconds(10) },
  run: async (ctx, { name, tokens, paceMs }: Narration) => {
    for (let word = 1; word <= tokens; word++) {
      ctx.streamToken(wordOf(name, word));
      if (word % 10 === 0) ctx.reportProgress(word / tokens, `${word} of ${tokens}`);
      if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
    }
    noteEffect(`${ctx.taskExecutionId} told, attempt ${ctx.attempt}`);
    return { name, tokens };
  },
});

export function wordOf(name: string, word: number): string {
  return `${name}${word} `;
}

/** Two narrations at once. */
export const narrateTogether = workflow({
  name: 'narrate-together',
  run: async (ctx, { tokens, paceMs }: Omit<Narration, 'name'>) => {
    const told = await Promise.all([
      ctx.schedule(narrate, { name: 'a', tokens, paceMs }),
      ctx.schedule(narrate, { name: 'b', tokens, paceMs }),
    ]);
    return told.map(({ name }) => name).join('');
  },
});
