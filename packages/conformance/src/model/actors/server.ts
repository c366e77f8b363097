import type { Engine, Store } from '@flovyn/engine';
import type { ManualClock } from '@flovyn/engine/memory';
import { refusal } from '../../support/requests.js';
import { type House, openHouse, orgId } from '../../support/house.js';
import { type MortalStore, mortalStore } from './mortal-store.js';

/** One server process. */
export interface Server {
  readonly name: string;
  readonly engine: Engine;
  readonly house: House;
  readonly life: MortalStore;
  /** When it last renewed the leases of its sessions. */
  renewedAt: number;
  /** Dies at once, with everything it had in memory. */
  kill(): Promise<void>;
  /** Ends well. */
  close(): Promise<void>;
}

let servers = 0;

export function openServer(store: Store, clock: ManualClock): Server {
  servers += 1;
  const life = mortalStore(store);
  const house = openHouse(life.store, { clock });
  let isClosed = false;
  const closeStore = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await store.close();
  };
  return {
    name: `server ${servers}`,
    engine: house.engine,
    house,
    life,
    renewedAt: clock.now(),
    async kill() {
      await life.die();
      await closeStore();
    },
    async close() {
      await house.engine.close();
      await closeStore();
    },
  };
}

/** Waits until everything under way in a process has ended. */
export async function settled({ engine, life }: Server): Promise<void> {
  const nobody = '00000000-0000-4000-8000-0000000000ff' as never;
  for (let quiet = 0; quiet < 2 && !life.isDead;) {
    await new Promise((resolve) => setImmediate(resolve));
    const passed = refusal(engine.cancelTask({ orgId, id: nobody, reason: '' }));
    await Promise.race([passed, life.died]);
    quiet = engine.backlog().changes === 0 ? quiet + 1 : 0;
  }
}
