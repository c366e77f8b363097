import type { SessionId } from '@flovyn/engine';

/** One connection of a worker. */
export interface Connection {
  /** Tells the worker to come back over another connection. */
  drain(reason: string, deadlineMs: number): void;
  /** Ends the call. What the session holds stays its own for a while. */
  cut(reason: string): void;
}

/** Which connection carries which session. A session outlives its connections; the newest one speaks for it. */
export interface Connections {
  /** False when no more connections are taken: the worker is to find another server. */
  add(connection: Connection): boolean;
  remove(connection: Connection): void;
  /** From now on the session is carried by this connection. */
  carry(id: SessionId, connection: Connection): void;
  /** Whether the connection still carries the session. When it does, it does not any more afterwards. */
  putDown(id: SessionId, connection: Connection): boolean;
  /** Asks all workers to leave, and cuts off those who have not after the deadline. */
  drainAll(reason: string, deadlineMs: number): Promise<void>;
}

export function createConnections(): Connections {
  const all = new Set<Connection>();
  const carriers = new Map<SessionId, Connection>();
  let onEmpty: () => void = () => undefined;
  let isDraining = false;

  return {
    add(connection) {
      if (!isDraining) all.add(connection);
      return !isDraining;
    },
    remove(connection) {
      all.delete(connection);
      if (all.size === 0) onEmpty();
    },
    carry: (id, connection) => void carriers.set(id, connection),
    putDown: (id, connection) => carriers.get(id) === connection && carriers.delete(id),
    async drainAll(reason, deadlineMs) {
      isDraining = true;
      if (all.size === 0) return;
      const empty = new Promise<void>((resolve) => (onEmpty = resolve));
      for (const connection of all) connection.drain(reason, deadlineMs);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, deadlineMs)));
      await Promise.race([empty, late]);
      clearTimeout(timer);
      for (const connection of all) connection.cut(reason);
    },
  };
}
