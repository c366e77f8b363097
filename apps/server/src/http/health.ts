import type { Engine, Store } from '@flovyn/engine';

/** 2 s: whoever asks for health polls about as often. */
const PING_MS = 2_000;
/** 30 s: a change that has waited so long shows that nothing is being written. */
const LONGEST_WAIT_MS = 30_000;

export interface Health {
  readonly status: 'UP' | 'DOWN';
  readonly version: string;
  /** Nothing is plugged in; the word is part of the answer others expect. */
  readonly plugins: readonly string[];
  /** What is away although the configuration asks for it, without anything being lost. */
  readonly degraded: readonly string[];
  /** Why it is DOWN, and why something is away. */
  readonly reasons?: readonly string[];
}

export interface HealthParts {
  readonly store: Pick<Store, 'ping'>;
  readonly engine: Pick<Engine, 'oldestWaitMs'>;
  readonly version: string;
  /** What is not ready yet, or not any more; empty when the server may be used. */
  readonly obstacles: () => readonly string[];
  /** What is away, by name, and why. */
  readonly degraded: () => Readonly<Record<string, string>>;
}

/** Green only when everything that is needed works: both doors, the database, and writing into it. */
export function createHealthCheck({ store, engine, version, obstacles, degraded }: HealthParts): () => Promise<Health> {
  return async () => {
    const reasons = [...obstacles()];
    if (!(await answers(store))) reasons.push('The database does not answer.');
    const waitMs = engine.oldestWaitMs();
    if (waitMs > LONGEST_WAIT_MS) reasons.push(`A change waits to be written since ${Math.round(waitMs / 1_000)} s.`);
    const status = reasons.length === 0 ? 'UP' : 'DOWN';
    const away = degraded();
    for (const [name, why] of Object.entries(away)) reasons.push(`${name}: ${why}`);
    const health = { status, version, plugins: [], degraded: Object.keys(away) } as const;
    return reasons.length === 0 ? health : { ...health, reasons };
  };
}

async function answers(store: Pick<Store, 'ping'>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), PING_MS)));
  try {
    // Why it does not answer is in the store's own log; here it counts that it does not.
    const answered = store.ping().then(
      () => true,
      () => false,
    );
    return await Promise.race([answered, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
