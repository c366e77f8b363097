import type { IdempotencyKey, Store } from '@flovyn/engine';
import { orgId } from '../support/house.js';
import { holds } from './violation.js';

/** The few keys that all starts and promises of a random life share. */
export const keyNames = ['key-0', 'key-1', 'key-2'] as const;

/** What becomes of a key's holder, as far as it matters to the key. */
export type HolderStatus = 'open' | 'reopened' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'gone';

/** What the keys stand for, and that they change hands only when they may. */
export class Keys {
  readonly #held = new Map<string, IdempotencyKey>();
  /** Whether a key has been used since the last look. */
  isUsed = false;

  /** What a key stands for now. */
  holder(key: string, now: number): IdempotencyKey | undefined {
    const held = this.#held.get(key);
    return held !== undefined && held.expiresAt > now ? held : undefined;
  }

  /** Looks at all of them. */
  async follow(store: Store, now: number, statusOf: (key: IdempotencyKey) => HolderStatus): Promise<void> {
    if (!this.isUsed) return;
    for (const key of keyNames) {
      const found = await store.queries.key({ orgId, key }, now);
      const before = this.holder(key, now);
      if (before !== undefined && before.targetId !== found?.targetId) {
        const status = statusOf(before);
        // Signal with start takes the key of an execution that has ended well.
        const mayGo = !['open', 'COMPLETED'].includes(status);
        const mayPass = mayGo || (status === 'COMPLETED' && before.target === 'workflow' && found !== undefined);
        const what = `${before.target} ${before.targetId}, which is ${status}`;
        holds(mayPass, 'R29', () => `${key} was taken from ${what}, for ${found?.targetId}`);
      }
      if (found === undefined) {
        this.#held.delete(key);
        continue;
      }
      const status = statusOf(found);
      const mayHave = status === 'open' || status === 'COMPLETED';
      holds(mayHave, 'R29', () => `${key} still stands for ${found.target} ${found.targetId}, which is ${status}`);
      this.#held.set(key, found);
    }
  }
}
