import type { Chance } from '../chance.js';
import { OTHERS, OURS, type Org } from '../town/orgs.js';

/** What is started, and who reads along. */
export interface Scenario {
  readonly org: Org;
  /** A kind of workflow, or `speak` for a standalone task. */
  readonly kind: string;
  readonly queue: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Ids of the signals it waits for. */
  readonly notes: readonly string[];
  /** Values that compete for its promise. */
  readonly pledges: readonly string[];
  readonly isCancelled: boolean;
  readonly readers: readonly ReaderPlan[];
}

export type ReaderPlan =
  | { readonly type: 'first' }
  | { readonly type: 'late'; readonly afterEntries: number }
  | { readonly type: 'cutter'; readonly cutsAfter: readonly number[] }
  | { readonly type: 'family' }
  | { readonly type: 'late family'; readonly afterEntries: number };

const KINDS = ['sequence', 'parallel', 'naps', 'notes', 'pledge', 'family', 'endless', 'speak'] as const;

/** Draws the n-th execution of a run; `name` is in all its identities. */
export function drawScenario(name: string, chance: Chance): Scenario {
  const isOthers = chance.next() < 0.06;
  const kind = chance.pick(KINDS);
  const manner = {
    words: 10 + chance.roll(25),
    paceMs: 100 + chance.roll(300),
    // One task in four stumbles, some of them more than once.
    failures: chance.next() < 0.25 ? 1 + chance.roll(2) : 0,
  };
  const notes = Array.from(
    { length: kind === 'notes' ? 1 + chance.roll(5) : 0 },
    (_, index) => `${name}-note-${index}`,
  );
  const pledges = Array.from({ length: kind === 'pledge' ? 1 + chance.roll(2) : 0 }, (_, index) => `${name}-${index}`);
  const details: Record<(typeof KINDS)[number], () => object> = {
    sequence: () => ({ tasks: 1 + chance.roll(3) }),
    parallel: () => ({ tasks: 2 + chance.roll(4) }),
    naps: () => ({ napsMs: Array.from({ length: 1 + chance.roll(3) }, () => chance.roll(1_500)) }),
    notes: () => ({ notes: notes.length }),
    pledge: () => ({ key: `${name}-pledge` }),
    family: () => ({ children: 1 + chance.roll(2), generations: 1 + chance.roll(2) }),
    endless: () => ({}),
    speak: () => ({ name: `${name} speaks` }),
  };
  return {
    org: isOthers ? OTHERS : OURS,
    kind,
    queue: !isOthers && chance.next() < 0.2 ? 'side' : 'default',
    // The name tells in the database what was started by which op.
    input: { op: name, ...manner, ...details[kind]() },
    notes,
    pledges,
    isCancelled: kind === 'endless',
    readers: drawReaders(kind, chance),
  };
}

function drawReaders(kind: string, chance: Chance): ReaderPlan[] {
  const readers: ReaderPlan[] = [{ type: 'first' }];
  const cuts = (): number[] => Array.from({ length: 1 + chance.roll(4) }, () => 1 + chance.roll(15));
  if (chance.next() < 0.25) readers.push({ type: 'late', afterEntries: 1 + chance.roll(60) });
  if (chance.next() < 0.3) readers.push({ type: 'cutter', cutsAfter: cuts() });
  if (kind === 'family') readers.push({ type: 'family' });
  if (kind === 'family' && chance.next() < 0.5) {
    readers.push({ type: 'late family', afterEntries: 1 + chance.roll(60) });
  }
  return readers;
}
