import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@flovyn/testing';
import type { Chance } from '../chance.js';
import type { Link } from '../proxy/link.js';
import type { Town } from '../town/town.js';
import type { Fault } from './fault.js';
import { drawLinkFault } from './link-faults.js';
import { drawProcessFault } from './process-faults.js';

/** A fault every so often, in milliseconds: more than one a second. */
const PACE_MS = { least: 500, most: 1_000 };
/** So many links suffer at a time at most: there is always a way through. */
const LINKS_MAX = 3;
/** After something befell a process and all are up again, nothing does for so long: so that the system gets anywhere. */
const REST_MS = 1_500;
/** A process that has not come back by then is no reason to spare the others. */
const PATIENCE_MS = 20_000;

/** Lets things go wrong, as its chance will have it. */
export interface Nemesis {
  /** How often each kind of fault has happened. */
  readonly counts: ReadonlyMap<string, number>;
  readonly total: () => number;
  /** Rejects when a fault cannot be inflicted, which is a fault of the rig. */
  readonly failure: Promise<never>;
  /** Begins no more faults, and undoes those that last. */
  stop(): Promise<void>;
}

/** Begins at once. Everything it does is written to `faults.jsonl`, with its time. */
export function unleash(town: Town, chance: Chance): Nemesis {
  const counts = new Map<string, number>();
  const suffering = new Set<Link>();
  const underWay = new Set<Promise<void>>();
  const file = join(town.folder, 'faults.jsonl');
  const stopping = new AbortController();
  const begun = performance.now();
  let isBusy = false;
  let total = 0;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (stopping.signal.aborted) return resolve();
      const over = (): void => {
        clearTimeout(timer);
        stopping.signal.removeEventListener('abort', over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      stopping.signal.addEventListener('abort', over);
    });
  const inflict = async (fault: Fault): Promise<void> => {
    const at = Math.round(performance.now() - begun);
    const { kind, what, forMs } = fault;
    total += 1;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    appendFileSync(
      file,
      `${JSON.stringify({ at, time: new Date().toISOString(), what, forMs: forMs && Math.round(forMs) })}\n`,
    );
    await fault.begin();
    if (forMs !== undefined) await pause(forMs);
    await fault.end?.();
  };
  const inflictOnLink = async (fault: Fault): Promise<void> => {
    if (fault.link !== undefined) suffering.add(fault.link);
    await inflict(fault);
    if (fault.link !== undefined) suffering.delete(fault.link);
  };
  const inflictOnProcess = async (fault: Fault): Promise<void> => {
    isBusy = true;
    await inflict(fault);
    const keepers = [...town.servers, ...town.workers].map(({ keeper }) => keeper);
    const isUp = (): boolean =>
      stopping.signal.aborted || (town.postgres.pid !== undefined && keepers.every((keeper) => keeper.isReady()));
    await eventually('all to be up again', isUp, PATIENCE_MS).catch(() => undefined);
    await pause(REST_MS);
    isBusy = false;
  };
  let fail = (_error: unknown): void => undefined;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  failure.catch(() => undefined);
  const follow = (happening: Promise<void>): void => {
    const settled = happening.catch((error: unknown) => fail(error)).finally(() => underWay.delete(settled));
    underWay.add(settled);
  };

  const rage = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (!isBusy && chance.next() < 0.5) {
        follow(inflictOnProcess(drawProcessFault(town, chance)));
      } else {
        const fault = drawLinkFault(town, suffering, chance);
        if (fault === undefined || (fault.link !== undefined && suffering.size >= LINKS_MAX)) continue;
        follow(inflictOnLink(fault));
      }
      await pause(chance.between(PACE_MS.least, PACE_MS.most));
    }
  };
  const raging = rage();
  return {
    counts,
    total: () => total,
    failure,
    async stop() {
      stopping.abort();
      await raging;
      await Promise.all(underWay);
      for (const link of town.links) link.heal();
    },
  };
}
