import { defineStream, task } from '@flovyn/sdk';
import { z } from 'zod';

/** What the worker writes and the browser reads, both with this type. */
export const sightings = defineStream({
  name: 'sightings',
  description: 'Birds as they are seen',
  schema: z.object({ bird: z.string(), count: z.number().int().positive(), seen: z.iso.date() }),
});

/** Shows each bird as it is seen, among its tokens and its progress, and gives how many there were. */
export const watchBirds = task<{ birds: readonly string[] }, number>({
  name: 'tour-watch-birds',
  streams: [sightings],
  async run(ctx, { birds }) {
    for (const [index, bird] of birds.entries()) {
      ctx.stream(sightings).send({ bird, count: index + 1, seen: '2026-05-01' });
      ctx.reportProgress((index + 1) / birds.length);
    }
    return birds.length;
  },
});
