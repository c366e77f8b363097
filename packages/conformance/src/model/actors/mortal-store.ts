import type { Store } from '@flovyn/engine';
import { type Fault, flakyStore } from '../../support/flaky-store.js';

/** What goes wrong with a commit; `die-…` is the end of the process, before it is stored or after. */
export type Blow = Exclude<Fault, 'none'> | 'die-before' | 'die-after';

/** The store as one server process has it: when the process dies, no answer reaches it and nothing more leaves it. */
export interface MortalStore {
  readonly store: Store;
  /** The next commit that has nothing planned goes wrong so. */
  plan(blow: Blow): void;
  /** No commit goes wrong from now on. */
  heal(): void;
  /** Resolves when what was on its way has arrived or is lost. */
  die(): Promise<void>;
  readonly isDead: boolean;
  readonly died: Promise<void>;
  /** How many commits went wrong so far. */
  readonly blows: number;
}

export function mortalStore(inner: Store): MortalStore {
  let blows: Blow[] = [];
  let isDead = false;
  let struck = 0;
  let announce = (): void => undefined;
  const died = new Promise<void>((resolve) => (announce = resolve));
  const underWay = new Set<Promise<unknown>>();
  const kill = (): void => {
    isDead = true;
    announce();
  };

  const call = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    if (isDead) return never();
    const work = run();
    underWay.add(work);
    try {
      const result = await work;
      return isDead ? await never() : result;
    } catch (error) {
      if (isDead) return await never();
      throw error;
    } finally {
      underWay.delete(work);
    }
  };

  const commit: Store['commit'] = async (batch) => {
    const blow = blows.shift();
    if (blow === undefined) return inner.commit(batch);
    struck += 1;
    if (blow === 'die-before' || blow === 'die-after') {
      await (blow === 'die-after' ? inner.commit(batch) : inner.unlock());
      kill();
      // Nobody hears it.
      return [];
    }
    return flakyStore(inner, [blow]).commit(batch);
  };

  return {
    store: calledBy(call, { ...inner, commit }),
    plan: (blow) => void blows.push(blow),
    heal: () => void (blows = []),
    async die() {
      kill();
      await Promise.allSettled(underWay);
    },
    get isDead() {
      return isDead;
    },
    died,
    get blows() {
      return struck;
    },
  };
}

type Caller = <Result>(run: () => Promise<Result>) => Promise<Result>;

/** The same object, each of whose methods goes through `call`. */
function calledBy<Target extends object>(call: Caller, target: Target): Target {
  const entries = Object.entries(target).map(([name, member]: [string, unknown]) => {
    if (typeof member === 'function') {
      return [name, (...given: unknown[]) => call(async () => member.apply(target, given) as unknown)];
    }
    return [name, typeof member === 'object' && member !== null ? calledBy(call, member) : member];
  });
  return Object.fromEntries(entries) as Target;
}

/** What a dead process waits for. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}
