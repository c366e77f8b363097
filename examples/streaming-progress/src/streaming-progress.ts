import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client } from '@flovyn/client';
import { TaskFailed, task } from '@flovyn/sdk';

/** Up to where to count. */
export interface CountPrimesInput {
  /** 2 to 1,000,000,000. */
  readonly limit: number;
}

/** A hundred reports or more, so that a bar moves evenly; a million numbers take about 10 ms, so nothing else waits long. */
const SLICES = 100;
const MAX_SLICE = 1_000_000;

/** Counts the primes up to a limit, slice by slice, and reports after each. */
export const countPrimes = task<CountPrimesInput, number>({
  name: 'count-primes-task',
  description: 'Counts the primes up to a limit.',
  async run(ctx, { limit }) {
    if (!Number.isInteger(limit) || limit < 2 || limit > 1_000_000_000) {
      throw new TaskFailed('limit must be a whole number from 2 to 1000000000', ctx.taskExecutionId, false);
    }
    const small = primesUpTo(Math.floor(Math.sqrt(limit)));
    const size = Math.min(MAX_SLICE, Math.ceil(limit / SLICES));
    let found = 0;
    for (let from = 1; from <= limit; from += size) {
      ctx.checkCancellation();
      const to = Math.min(from + size - 1, limit);
      found += countBetween(from, to, small);
      ctx.reportProgress(to / limit, `${found} primes up to ${to}`);
      // A computation must let go of the thread now and then: reports leave, and cancellations arrive, in between.
      await nextTurn();
    }
    return found;
  },
});

/** Something that can show progress; a bar of cli-progress is one. */
export interface Bar {
  update(progress: number, details: { readonly details: string }): void;
}

/**
 * Follows a standalone task and moves a bar, from the first report to the last, across any number of reconnects.
 *
 * @returns how it ended; its result is for `client.tasks.get` to say.
 */
export async function showProgress(client: Client, taskExecutionId: string, bar: Bar): Promise<string> {
  let ending = 'UNKNOWN';
  for await (const message of client.stream({ taskExecutionId })) {
    if (message.kind === 'entry' && message.frame.event.type === 'progress') {
      const { progress, details = '' } = message.frame.event;
      bar.update(progress, { details });
    }
    if (message.kind === 'status' && message.status.state === 'ended')
      ending = message.status.executionStatus ?? ending;
  }
  return ending;
}

function primesUpTo(limit: number): number[] {
  const isComposite = new Uint8Array(limit + 1);
  const primes: number[] = [];
  for (let n = 2; n <= limit; n++) {
    if (isComposite[n] === 1) continue;
    primes.push(n);
    for (let multiple = n * n; multiple <= limit; multiple += n) isComposite[multiple] = 1;
  }
  return primes;
}

/** The sieve of Eratosthenes over `from` to `to` alone, so that memory holds one slice and never the whole range. */
function countBetween(from: number, to: number, small: readonly number[]): number {
  const isComposite = new Uint8Array(to - from + 1);
  for (const prime of small) {
    if (prime * prime > to) break;
    const first = Math.max(prime * prime, Math.ceil(from / prime) * prime);
    for (let multiple = first; multiple <= to; multiple += prime) isComposite[multiple - from] = 1;
  }
  if (from === 1) isComposite[0] = 1;
  let count = 0;
  for (const mark of isComposite) if (mark === 0) count++;
  return count;
}
