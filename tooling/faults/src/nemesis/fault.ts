import type { Link } from '../proxy/link.js';

/** Something that goes wrong, for a while. */
export interface Fault {
  /** What is counted by: `cut`, `kill of a server`. */
  readonly kind: string;
  /** What exactly, for people: `cut of worker w0 by rst`. */
  readonly what: string;
  /** The link that suffers as long as it lasts. */
  readonly link?: Link;
  begin(): unknown;
  /** After so long it is over; absent for what happens at once. */
  readonly forMs?: number;
  end?(): unknown;
}
