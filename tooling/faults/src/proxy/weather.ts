import type { Socket } from 'node:net';

/** The way up leads from who connected to who was connected to; the way down is that of the answers. */
export type Way = 'up' | 'down';

/** How a connection is ended: in order, or as by a host that has forgotten it. */
export type Ending = 'fin' | 'rst';

/** What bytes on one way of a connection meet. */
export interface Weather {
  /** Each chunk is delivered so much later, in milliseconds, give or take the jitter. Chunks keep their order. */
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly bytesPerSecond: number;
  /** Nothing moves, and nothing is closed: not even an end is passed on. */
  readonly frozen: boolean;
}

export const CLEAR: Weather = { delayMs: 0, jitterMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, frozen: false };

/** What can be done to a link. */
export type LinkFault =
  | { readonly type: 'delay'; readonly ms: number; readonly jitterMs: number }
  | { readonly type: 'slow'; readonly bytesPerSecond: number }
  /** On one way only, the other end does not know it: it is heard, or it hears. */
  | { readonly type: 'freeze'; readonly way: Way | 'both' }
  /** Every second connection is held while the others pass: bytes of one connection keep their order, connections do not. */
  | { readonly type: 'overtake' }
  /** New connections are reset at once. */
  | { readonly type: 'refuse' };

/** What is done to the connections that are open, once. */
export type Cut =
  | { readonly type: 'now'; readonly ending: Ending }
  /** After so many more bytes on that way. */
  | { readonly type: 'after-bytes'; readonly way: Way; readonly bytes: number; readonly ending: Ending }
  /** As soon as the next request has gone up. */
  | { readonly type: 'after-request' }
  /** After the next request has gone up, when the first byte of an answer comes down: it is not passed on. */
  | { readonly type: 'before-reply' };

/** Ends a socket as if its host had forgotten it. The socket of a file has nothing of the kind: it just closes. */
export function reset(socket: Socket): void {
  // Only those of the network have an address.
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
