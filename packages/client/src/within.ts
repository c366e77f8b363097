import type { Surroundings } from './surroundings.js';

/**
 * The promise's outcome, or `late` when it takes longer than `limitMs`. The work behind the promise goes on; the caller
 * stops it.
 */
export function within<T>(
  limitMs: number,
  promise: Promise<T>,
  after: Surroundings['after'],
): Promise<{ readonly late: false; readonly value: T } | { readonly late: true }> {
  return new Promise((resolve, reject) => {
    const cancel = after(limitMs, () => resolve({ late: true }));
    promise.then(
      (value) => {
        cancel();
        resolve({ late: false, value });
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
