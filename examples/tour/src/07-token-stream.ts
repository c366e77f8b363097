import { task, workflow } from '@flovyn/sdk';

/** Stands for a language model: words, one after the other. */
async function* wordsFor(prompt: string): AsyncGenerator<string> {
  for (const word of `You asked: ${prompt}`.split(/(?<= )/)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield word;
  }
}

/** Shows each word as it comes, and gives the whole text as its result: tokens are for watching. */
export const answer = task<{ prompt: string }, string>({
  name: 'tour-answer',
  usesStreaming: true,
  async run(ctx, { prompt }) {
    let text = '';
    for await (const word of wordsFor(prompt)) {
      ctx.checkCancellation();
      ctx.streamToken(word);
      text += word;
    }
    return text;
  },
});

/** A conversation: each message is a signal, each answer a stream. `goodbye` ends it. */
export const chat = workflow<null, { turns: number }>({
  name: 'tour-chat',
  async run(ctx) {
    for (let turns = 0; ; turns += 1) {
      const message = await ctx.waitForSignal<string>('message');
      if (message === 'goodbye') return { turns };
      await ctx.schedule(answer, { prompt: message });
    }
  },
});
