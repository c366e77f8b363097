import { awaitableOf } from './awaitable.js';
import type { Duration } from './duration.js';
import { wholeNumber } from './durations.js';
import { ConfigurationError, OperationTimeout } from './errors.js';
import type { TimerHandle } from './types.js';

/** Options of {@link select}, {@link joinN} and {@link withTimeout}. */
export interface CombinatorOptions {
  /** Whether what lost and can be cancelled - tasks, children and timers - is cancelled; true when absent. */
  cancelLosers?: boolean | undefined;
}

/** Which of some handles has ended, and its value: a union by `index`, so that looking at the one tells the other. */
export type Ended<Handles extends readonly PromiseLike<unknown>[]> = {
  readonly [Key in keyof Handles]: {
    readonly index: Key extends `${infer Index extends number}` ? Index : number;
    readonly value: Awaited<Handles[Key]>;
  };
}[number];

/**
 * Waits for the first of several things to end, in the order of the history, and cancels the others: a task or child is
 * asked to end and may still finish, a timer ends at once. Promises and signals cannot be cancelled; a wait for a signal
 * that lost still takes the next one.
 *
 * @throws what the first to end failed with.
 * @throws {ConfigurationError} when there is nothing to wait for.
 * @example
 *   import { select } from '@flovyn/sdk';
 *
 *   const first = await select([ctx.schedule(chargeCard, order), ctx.waitForSignal<string>('stop')]);
 *   ctx.log.info(first.index === 0 ? first.value.number : `stopped: ${first.value}`);
 * @see docs/guides/wait-for-several.md
 */
export async function select<const Handles extends readonly PromiseLike<unknown>[]>(
  handles: Handles,
  options: CombinatorOptions = {},
): Promise<Ended<Handles>> {
  if (handles.length === 0) throw new ConfigurationError('select needs something to wait for: its list is empty');
  const [first] = await firstOf(handles, 1, options);
  return first as Ended<Handles>;
}

/**
 * Waits until `n` of several things have ended well, and gives them in the order in which they ended. The others are
 * cancelled, as by {@link select}.
 *
 * @param n - from 0; more than there are means all of them.
 * @throws what the first to fail failed with; the others are cancelled then, too.
 * @throws {ConfigurationError} when `n` is no whole number from 0 up.
 * @example
 *   import { joinN } from '@flovyn/sdk';
 *
 *   const suppliers = ['north', 'south', 'east'];
 *   const offers = await joinN(suppliers.map((supplier) => ctx.scheduleByName<number>('ask-for-offer', supplier)), 2);
 *   const prices = offers.map(({ index, value }) => ({ supplier: suppliers[index], price: value }));
 * @see docs/guides/wait-for-several.md
 */
export async function joinN<const Handles extends readonly PromiseLike<unknown>[]>(
  handles: Handles,
  n: number,
  options: CombinatorOptions = {},
): Promise<Ended<Handles>[]> {
  const ended = await firstOf(handles, Math.min(wholeNumber(n, 'n of joinN', 0), handles.length), options);
  return ended as Ended<Handles>[];
}

/**
 * Waits for something, but not longer than a time: what ends first in the history decides. What took too long is cancelled,
 * as by {@link select}, and so is a timer that was not needed. A timer of your own that is cancelled meanwhile sets no limit
 * any more.
 *
 * @param limit - a duration from now, at most a year, or a timer that runs already.
 * @throws {OperationTimeout} when the time was over first.
 * @throws what `handle` failed with.
 * @throws {ConfigurationError} when a duration is given for a promise that did not come from the context: give
 *   `ctx.timer(duration)` then.
 * @example
 *   import { Duration, withTimeout } from '@flovyn/sdk';
 *
 *   const answer = await withTimeout(ctx.promise<string>('approval'), Duration.days(2));
 * @see docs/guides/wait-for-several.md
 */
export async function withTimeout<O>(
  handle: PromiseLike<O>,
  limit: Duration | TimerHandle,
  { cancelLosers = true }: CombinatorOptions = {},
): Promise<O> {
  const isOwnTimer = !isTimer(limit);
  const timer = isOwnTimer ? startTimer(handle, limit) : limit;
  const end = await new Promise<End>((resolve) => {
    onEnds([handle, timer], (ended) => {
      // A timer fails when it is cancelled.
      if (ended.index === 0 || 'value' in ended) resolve(ended);
    });
  });
  if (end.index === 0) {
    // Nobody else knows a timer that was made here: left alone it would only wake the execution for nothing.
    await giveUp([timer], cancelLosers || isOwnTimer);
    if ('error' in end) throw end.error;
    return end.value as O;
  }
  const timeout = new OperationTimeout(isOwnTimer ? limit.toMilliseconds() : undefined);
  await giveUp([handle], cancelLosers, timeout.message);
  throw timeout;
}

/** How one of several things ended. */
type End = { readonly index: number } & ({ readonly value: unknown } | { readonly error: unknown });

async function firstOf(
  handles: readonly PromiseLike<unknown>[],
  count: number,
  { cancelLosers = true }: CombinatorOptions,
): Promise<readonly End[]> {
  const ended: End[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      if (count === 0) resolve();
      onEnds(handles, (end) => {
        if (ended.length === count) return;
        if ('error' in end) reject(end.error);
        else if (ended.push(end) === count) resolve();
      });
    });
  } finally {
    const winners = new Set(ended.map(({ index }) => index));
    const losers = handles.filter((_, index) => !winners.has(index));
    await giveUp(losers, cancelLosers);
  }
  return ended;
}

/**
 * Tells how each thing ended. What is over already comes first, in the order of the history; everything is listened to in the
 * same way, so that nothing overtakes.
 */
function onEnds(handles: readonly PromiseLike<unknown>[], tell: (end: End) => void): void {
  const listed = handles.map((handle, index) => ({ handle, index, endedAs: awaitableOf(handle)?.endedAs ?? Infinity }));
  // Not a difference: two that are open are equal, and Infinity less Infinity is no number.
  listed.sort((a, b) => (a.endedAs === b.endedAs ? 0 : a.endedAs < b.endedAs ? -1 : 1));
  for (const { handle, index } of listed) {
    void handle.then(
      (value) => tell({ index, value }),
      (error: unknown) => tell({ index, error }),
    );
  }
}

async function giveUp(
  losers: readonly PromiseLike<unknown>[],
  isCancelled: boolean,
  reason = 'Not needed any more',
): Promise<void> {
  for (const loser of losers) awaitableOf(loser)?.letGo();
  if (isCancelled) await Promise.all(losers.map((loser) => (isCancellable(loser) ? loser.cancel(reason) : undefined)));
}

interface Cancellable {
  cancel(reason: string): unknown;
}

function isCancellable(handle: PromiseLike<unknown>): handle is PromiseLike<unknown> & Cancellable {
  return 'cancel' in handle && typeof handle.cancel === 'function';
}

function isTimer(limit: Duration | TimerHandle): limit is TimerHandle {
  return typeof (limit as Partial<TimerHandle> | undefined)?.then === 'function';
}

function startTimer(handle: PromiseLike<unknown>, duration: Duration): TimerHandle {
  const known = awaitableOf(handle);
  if (known !== undefined) return known.startTimer(duration);
  throw new ConfigurationError(
    'withTimeout has no clock for a promise of your own: give it ctx.timer(duration) instead of a duration',
  );
}
