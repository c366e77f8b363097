import { type StreamEvent, task, workflow } from '@flovyn/sdk';

/** What one round of {@link emitEverything} shows, in order. */
export function emissionsOf(round: number): StreamEvent[] {
  const progress = round / 1_000;
  return [
    { type: 'token', text: `token ${round}` },
    { type: 'progress', progress, details: `streamed ${round}` },
    { type: 'data', data: { round, nested: ['ä', '🦊', null, true, 0.5] } },
    { type: 'error', message: `survived ${round}`, code: `E${round}` },
    { type: 'token', text: `\r\n"${round}"\u2028` },
    { type: 'progress', progress, details: `event ${round}` },
    { type: 'data', data: `text ${round}` },
    { type: 'error', message: `without a code ${round}` },
    { type: 'progress', progress },
    { type: 'progress', progress, details: `reported ${round}` },
  ];
}

/** Calls everything a task can show or say, `rounds` times, and gives a sign of life in each. */
export const emitEverything = task({
  name: 'emit-everything',
  retry: { maxRetries: 0 },
  run: async (ctx, { rounds }: { rounds: number }) => {
    for (let round = 1; round <= rounds; round++) {
      const progress = round / 1_000;
      ctx.streamToken(`token ${round}`);
      ctx.streamProgress(progress, `streamed ${round}`);
      ctx.streamData({ round, nested: ['ä', '🦊', null, true, 0.5] });
      ctx.streamError(`survived ${round}`, `E${round}`);
      ctx.stream({ type: 'token', text: `\r\n"${round}"\u2028` });
      ctx.stream({ type: 'progress', progress, details: `event ${round}` });
      ctx.stream({ type: 'data', data: `text ${round}` });
      ctx.stream({ type: 'error', message: `without a code ${round}` });
      ctx.streamProgress(progress);
      ctx.reportProgress(progress, `reported ${round}`);
      ctx.log.debug('debug %d', round);
      ctx.log.info('info %d', round);
      ctx.log.warn('warn %d', round);
      ctx.log.error('error %d', round, { round });
      ctx.heartbeat();
    }
    return rounds;
  },
});

/** Keeps, changes and forgets values, and has a task emit everything in between. */
export const emitWithState = workflow({
  name: 'emit-with-state',
  run: async (ctx, { rounds }: { rounds: number }) => {
    for (let round = 1; round <= rounds; round++) {
      ctx.set('round', round);
      ctx.set(`key ${round}`, { round });
    }
    const emitted = await ctx.schedule(emitEverything, { rounds });
    for (let round = 2; round <= rounds; round += 2) ctx.clear(`key ${round}`);
    return emitted;
  },
});
