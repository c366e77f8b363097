import { isLoopback } from '../config/config.js';

export interface Origins {
  /** The address of the other end of the connection. */
  readonly peer: string | undefined;
  /** The `Host` header or the `:authority` of HTTP/2. */
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly forwardedFor: string | undefined;
}

/**
 * Whether a call without credentials comes from this machine and from nobody's web page: from a loopback address, asked
 * for under a loopback name (else a page elsewhere could point its own name here), and not sent by a page of another site.
 */
export function isFromThisMachine({ peer, host, origin, fetchSite, forwardedFor }: Origins): boolean {
  if (peer === undefined || !isLoopback(peer)) return false;
  // A proxy on this machine speaks for somebody who may be anywhere.
  if (forwardedFor !== undefined) return false;
  if (host === undefined || !isLoopbackName(`http://${host}`)) return false;
  if (fetchSite === 'cross-site') return false;
  return origin === undefined || isLoopbackName(origin);
}

/** Whether an address, such as an origin, names this machine. */
export function isLoopbackName(address: string): boolean {
  if (!URL.canParse(address)) return false;
  return isLoopback(new URL(address).hostname.replace(/^\[(.*)\]$/, '$1'));
}
