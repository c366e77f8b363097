import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailed, task, workflow } from '@flovyn/sdk';
import { STORIES, type Story } from './stories.js';

/** How fast both narrators speak. */
export interface ParallelStreamsInput {
  /** 12 when absent. */
  readonly words_per_second?: number | undefined;
}

/** What both narrators said. */
export type ParallelStreamsOutput = Readonly<Record<Story, string>>;

/**
 * Lets two narrators speak at the same time.
 *
 * Scheduling a task does not wait for it, so both run at once, perhaps on different workers. Their words arrive mixed in
 * the one stream of this execution, each marked with its task; the order in it is the same for every reader.
 */
export const parallelStreams = workflow<ParallelStreamsInput, ParallelStreamsOutput>({
  name: 'parallel-streams',
  description: 'Two tasks that stream text at the same time.',
  async run(ctx, { words_per_second = 12 }) {
    const [river, road] = await Promise.all([
      ctx.schedule(narrate, { story: 'river', words_per_second }),
      ctx.schedule(narrate, { story: 'road', words_per_second }),
    ]);
    return { river, road };
  },
});

/** Tells a story word by word. */
export const narrate = task<{ readonly story: Story; readonly words_per_second: number }, string>({
  name: 'narrate-task',
  description: 'Streams a story word by word.',
  usesStreaming: true,
  async run(ctx, { story, words_per_second }) {
    if (!(words_per_second > 0)) {
      throw new TaskFailed('words_per_second must be greater than 0', ctx.taskExecutionId, false);
    }
    const text = STORIES[story];
    const words = text.match(/\S+\s*/g) ?? [];
    for (const [index, word] of words.entries()) {
      ctx.checkCancellation();
      ctx.streamToken(word);
      ctx.reportProgress((index + 1) / words.length, `${index + 1} of ${words.length} words`);
      await sleep(1_000 / words_per_second);
    }
    return text;
  },
});
