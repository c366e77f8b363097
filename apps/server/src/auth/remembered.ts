import { hash } from 'node:crypto';
import { ServiceError } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import type { Known } from './authenticator.js';

export interface RememberOptions {
  /** How long a caller who was recognised stays so without being asked for. */
  readonly knownMs: number;
  /** How long a credential that is nobody's stays so. */
  readonly unknownMs: number;
  /** Milliseconds from any fixed instant; never goes back. */
  readonly now: () => number;
  /** How many credentials are remembered; whoever was quiet for longest is asked for again. */
  readonly most?: number;
  /** How many are asked for at once. Guessing must not take all connections to whoever answers. */
  readonly mostUnderWay?: number;
}

export interface Remembered {
  /** As an authenticator; at once, when the answer is remembered. */
  recognise(credential: string): Known | undefined | Promise<Known | undefined>;
  /** Everything is asked for again, also what is under way. */
  forget(): void;
}

/**
 * Remembers for whom credentials stand when that is dear to find out, under the hashes of them. What could not be found out is
 * asked for again at once: not knowing is never remembered.
 */
export function remembered(
  find: (credential: string) => Promise<Known | undefined>,
  { knownMs, unknownMs, now, most = 10_000, mostUnderWay = 100 }: RememberOptions,
): Remembered {
  const answers = new LRUCache<string, { readonly known: Known | undefined; readonly until: number }>({ max: most });
  const underWay = new Map<string, Promise<Known | undefined>>();

  const ask = (name: string, credential: string): Promise<Known | undefined> => {
    // Whoever forgets meanwhile does not want to hear of this one.
    const isCurrent = (): boolean => underWay.get(name) === asked;
    const asked = find(credential)
      .then((known) => {
        if (isCurrent()) answers.set(name, { known, until: now() + (known === undefined ? unknownMs : knownMs) });
        return known;
      })
      .finally(() => {
        if (isCurrent()) underWay.delete(name);
      });
    underWay.set(name, asked);
    return asked;
  };

  return {
    recognise(credential) {
      const name = hash('sha256', credential, 'base64');
      const kept = answers.get(name);
      if (kept !== undefined && kept.until > now()) return kept.known;
      const already = underWay.get(name);
      if (already !== undefined) return already;
      if (underWay.size >= mostUnderWay) {
        throw new ServiceError('UNAVAILABLE', 'Too many callers are being recognised at once. Try again.', {
          retryAfterSeconds: 1,
        });
      }
      return ask(name, credential);
    },
    forget() {
      answers.clear();
      underWay.clear();
    },
  };
}
