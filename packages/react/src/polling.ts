import { type LiveView, ServiceError } from '@flovyn/client';

/** What a stream keeps fresh is asked for this often, in milliseconds, while that stream is away. */
export const REST_POLL_MS = 5_000;

/** The client has repeated what waiting cures; the rest is said at once, and stays said. */
export const RETRY = false;

/** Whether nothing is heard of the stream: it is away, or was refused, and answers are all there is. */
export function isSilent({ freshness }: Pick<LiveView, 'freshness'>): boolean {
  return freshness === 'stale' || freshness === 'failed';
}

interface Answered {
  readonly state: { readonly error: Error | null };
}

/** Whether the last answer was a refusal that waiting does not cure. Asking again would only make its error flicker. */
export function isRefused({ state }: Answered): boolean {
  return ServiceError.is(state.error) && !state.error.retryable;
}

/** How often a query asks again by itself. */
export function pollingWhile(silent: boolean): (query: Answered) => number | false {
  return (query) => silent && !isRefused(query) && REST_POLL_MS;
}
