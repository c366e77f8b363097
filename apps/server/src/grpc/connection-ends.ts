import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** 25 min: past it, our own age limit may be what ends a connection, and says nothing about who was at its other end. */
const YOUNG_MS = 25 * 60_000;

/** How a connection ended. */
export interface ConnectionEnd {
  /** The name its calls know it by. */
  readonly peer: string;
  /** False where it may well be ourselves who ended it. */
  readonly byPeer: boolean;
}

/**
 * Calls back when a connection to a port of this process is over. The gRPC library tells handlers nothing of
 * connections; Node publishes every socket it accepts.
 *
 * @returns stops it.
 */
export function watchConnectionEnds(port: number, onEnd: (end: ConnectionEnd) => void): () => void {
  let isStopped = false;
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    const { localPort, remoteAddress, remotePort } = socket;
    if (localPort !== port) return;
    const since = performance.now();
    socket.once('close', () => {
      if (isStopped) return;
      onEnd({ peer: `${remoteAddress}:${remotePort}`, byPeer: performance.now() - since < YOUNG_MS });
    });
  };
  subscribe('net.server.socket', onSocket);
  return () => {
    isStopped = true;
    unsubscribe('net.server.socket', onSocket);
  };
}
