import { randomUUID } from 'node:crypto';
import type { ExecutionId, Ids, WakeUps } from '@flovyn/engine';
import { v7 as uuidV7 } from 'uuid';

/** New identifiers, from the machine's source of chance. */
export const ids: Ids = {
  executionId: () => uuidV7() as ExecutionId,
  token: () => randomUUID(),
  // 48 bits: two numberings of one execution never meet by chance. Cut from a UUID, which Node makes from a stock.
  epoch: () => randomUUID().replaceAll('-', '').slice(0, 12),
};

/** Wake-ups within this process. */
export function createWakeUps(): WakeUps {
  const listeners = new Set<Parameters<WakeUps['onNudge']>[0]>();
  return {
    nudge(work) {
      for (const listener of listeners) listener(work);
    },
    onNudge(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
