import type { Present, Waiting } from '../engine.js';
import type { OrgId } from '../ids.js';
import type { ReadyLine, Store } from '../ports/store.js';

/** Somebody who works here, whether there is room at the moment or not. */
export interface Hand {
  readonly orgId: OrgId;
  takes(line: Omit<ReadyLine, 'orgId'>): boolean;
}

/** Far more lines than one process has workers for. */
const LINES = 1_000;
/** More than this in one line is a long line, however long it is exactly. */
const MOST = 10_000;

export interface PresentParts {
  readonly store: Pick<Store, 'readyCounts'>;
  /** Who is connected. */
  readonly sessions: () => readonly Hand[];
  /** Workers that make single calls, and were heard of lately. */
  readonly singles: () => readonly Hand[];
  /** How many of their polls wait. */
  readonly polls: () => number;
}

export function present({ sessions, singles, polls }: PresentParts): Present {
  return { sessions: sessions().length, singles: singles().length, polls: polls() };
}

/** Reads how much ready work waits, and finds what nobody who is present takes. (Reliability R16.) */
export async function waiting({ store, sessions, singles }: PresentParts): Promise<Waiting> {
  const counts = await store.readyCounts({ lines: LINES, most: MOST });
  const byOrg = grouped([...sessions(), ...singles()]);
  const sums = { workflow: { ready: 0, unserved: 0 }, task: { ready: 0, unserved: 0 } };
  for (const { orgId, count, ...line } of counts) {
    const sum = sums[line.type];
    sum.ready += count;
    if (byOrg.get(orgId)?.some((hand) => hand.takes(line)) !== true) sum.unserved += count;
  }
  return sums;
}

function grouped(hands: readonly Hand[]): ReadonlyMap<OrgId, readonly Hand[]> {
  const byOrg = new Map<OrgId, Hand[]>();
  for (const hand of hands) {
    const own = byOrg.get(hand.orgId);
    if (own === undefined) byOrg.set(hand.orgId, [hand]);
    else own.push(hand);
  }
  return byOrg;
}
