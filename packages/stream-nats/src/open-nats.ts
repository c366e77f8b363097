import type { Neighbours, WakeUps } from '@flovyn/engine';
import { createCopies } from './copies.js';
import { createGuests } from './guests.js';
import { keepCopies } from './kept-copies.js';
import { openLink } from './link.js';
import type { LinkStatus, NatsOptions } from './options.js';
import { createPresence } from './presence.js';
import { createWakeUps } from './wake-ups.js';

/** The other processes, over NATS. Works from the first moment, also while NATS is away: then nobody is heard. */
export interface NatsNeighbours extends Neighbours {
  /** These wake-ups, and those of others. */
  wakeUps(local: WakeUps): WakeUps;
  /** Whether NATS is connected; why not. */
  readonly status: LinkStatus;
  /** What is asked for besides, and is not there; `undefined` when nothing is. */
  readonly lack: string | undefined;
  /** Whether what others commit is heard of here. While it is not, only looking at the store helps. */
  readonly hearsAll: boolean;
  /** Calls `listener` when something may have been missed, and when {@link hearsAll} changes. Returns how to stop. */
  onDoubt(listener: () => void): () => void;
  /** Says goodbye and closes the connection. */
  close(): Promise<void>;
}

/**
 * Connects to NATS and stays connected, for ever. Returns at once: nothing waits for NATS.
 *
 * @throws {TypeError} when the address is none.
 */
export function openNats({ url, keepsCopies = false, onChange }: NatsOptions): NatsNeighbours {
  const listeners = new Set<() => void>();
  const doubt = (): void => {
    for (const listener of listeners) listener();
  };
  let lack: string | undefined;
  /** Copies were dropped since others were last asked to look. */
  let hasDropped = false;

  const link = openLink(url, {
    async greet(connection) {
      lack = keepsCopies ? await keepCopies(connection) : undefined;
    },
    changed(status) {
      onChange?.(status);
      if (status.connected) settle();
      // What came while it was away was not heard.
      doubt();
    },
  });
  const presence = createPresence(link, { changed: doubt, asked: doubt });
  /** Others look at the store for what could not be sent to them. */
  const settle = (): void => {
    if (hasDropped && link.status.connected) hasDropped = !presence.askToLook();
  };
  const copies = createCopies(link, () => (hasDropped = true));
  const guests = createGuests(link);
  const settling = setInterval(settle, 1_000);

  return {
    ...copies,
    ...guests,
    wakeUps: (local) => createWakeUps(link, local),
    get status() {
      return link.status;
    },
    get lack() {
      return lack;
    },
    get hearsAll() {
      return link.status.connected && presence.isComplete;
    },
    onDoubt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(settling);
      presence.close();
      await link.close();
    },
  };
}
