import { TaskFailed, task, workflow } from '@flovyn/sdk';

export interface Trip {
  readonly traveller: string;
  /** For the example: this step fails. */
  readonly fails?: 'flight' | 'hotel' | 'car';
}

export const book = task<{ what: string; fails: boolean }, string>({
  name: 'tour-book',
  async run(ctx, { what, fails }) {
    if (fails) throw new TaskFailed(`no ${what} left`, ctx.taskExecutionId, false);
    return `${what}-1`;
  },
});

/** Undoing must not give up: it is tried for long. */
export const cancelBooking = task<{ booking: string }, void>({
  name: 'tour-cancel-booking',
  retry: { maxRetries: 100 },
  run: async () => undefined,
});

/** Three bookings, or none: what was booked before a failure is undone, the last one first. */
export const bookTrip = workflow<Trip, { bookings: string[] } | { undone: string[]; because: string }>({
  name: 'tour-book-trip',
  async run(ctx, { fails }) {
    const bookings: string[] = [];
    try {
      for (const what of ['flight', 'hotel', 'car'] as const) {
        bookings.push(await ctx.schedule(book, { what, fails: fails === what }));
      }
      return { bookings };
    } catch (error) {
      if (!TaskFailed.is(error)) throw error;
      const undone = bookings.toReversed();
      for (const booking of undone) await ctx.schedule(cancelBooking, { booking });
      return { undone, because: error.message };
    }
  },
});
