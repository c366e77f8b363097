import { existsSync } from 'node:fs';
import { Duration, task, workflow } from '@flovyn/sdk';
import { noteEffect } from '../effects.js';

/** A text told word by word. */
export interface Narration {
  readonly name: string;
  readonly tokens: number;
  /** Between two words, in milliseconds. */
  readonly paceMs: number;
  /** A file without which the last third is not told. */
  readonly gate?: string | undefined;
}

/** Streams `tokens` words, numbered, with its progress after every tenth. Each attempt begins at the beginning. */
export const narrate = task({
  name: 'narrate',
  usesStreaming: true,
  retry: { maxRetries: 10, initialDelay: Duration.milliseconds(10) },
  run: async (ctx, { name, tokens, paceMs, gate }: Narration) => {
    for (let word = 1; word <= tokens; word++) {
      if (word === Math.ceil((tokens * 2) / 3)) await opened(gate);
      ctx.streamToken(wordOf(name, word));
      if (word % 10 === 0) ctx.reportProgress(word / tokens, `${word} of ${tokens}`);
      if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
    }
    noteEffect(`${ctx.taskExecutionId} told, attempt ${ctx.attempt}`);
    return { name, tokens };
  },
});

async function opened(gate: string | undefined): Promise<void> {
  while (gate !== undefined && !existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 10));
}

export function wordOf(name: string, word: number): string {
  return `${name}${word} `;
}

/** Two narrations at once. */
export const narrateTogether = workflow({
  name: 'narrate-together',
  run: async (ctx, narration: Omit<Narration, 'name'>) => {
    const told = await Promise.all([
      ctx.schedule(narrate, { ...narration, name: 'a' }),
      ctx.schedule(narrate, { ...narration, name: 'b' }),
    ]);
    return told.map(({ name }) => name).join('');
  },
});
