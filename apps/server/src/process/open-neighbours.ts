import type { Engine, Neighbours, WakeUps } from '@flovyn/engine';
import type { NatsNeighbours } from '@flovyn/stream-nats';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/config.js';
import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';
import type { Closers } from './closers.js';
import type { Doubts } from './doubts.js';

/** 1 s: how late the commits of others are seen while they are not heard of. */
const UNHEARD_MS = 1_000;
/** 15 s: how often a look makes sure while they are: a single message may be lost all the same. */
const HEARD_MS = 15_000;

/** What this process has to do with others on the same database. */
export interface Neighbourhood {
  /** Absent for a process that has the database for itself. */
  readonly port: Neighbours | undefined;
  /** Wake-ups of this process, and of the others. */
  wakeUps(local: WakeUps): WakeUps;
  /** What is away, by name, and why. */
  degraded(): Readonly<Record<string, string>>;
  /** Has the engine make sure of what others may have done, whenever they may not have been heard. */
  watch(engine: Pick<Engine, 'lookAtClaims'>): void;
}

/** @throws {ConfigError} when the address of NATS is none. Does not wait for NATS. */
export async function openNeighbours(
  config: Config['nats'],
  doubts: Doubts,
  log: Logger,
  closers: Closers,
): Promise<Neighbourhood> {
  if (config === undefined) {
    return { port: undefined, wakeUps: (local) => local, degraded: () => ({}), watch: () => undefined };
  }
  const nats = await connect(config, log);
  closers.add('nats', nats.close);
  const settle = (): void => doubts.every(nats.hearsAll ? HEARD_MS : UNHEARD_MS);
  settle();
  nats.onDoubt(() => {
    settle();
    doubts.look();
  });
  return {
    port: nats,
    wakeUps: nats.wakeUps,
    degraded() {
      const { status, lack } = nats;
      if (!status.connected) return { nats: status.why };
      return lack === undefined ? {} : { nats: lack };
    },
    watch(engine) {
      doubts.subscribe(() => {
        engine.lookAtClaims().catch((error: unknown) => log.warn({ err: error }, logEvents.claimsNotSeen));
      });
    },
  };
}

async function connect(config: NonNullable<Config['nats']>, log: Logger): Promise<NatsNeighbours> {
  // Loaded by those who need it: most servers are alone.
  const { openNats } = await import('@flovyn/stream-nats');
  try {
    return openNats({
      ...config,
      onChange(status) {
        if (status.connected) log.info({}, logEvents.natsConnected);
        else log.warn({ why: status.why }, logEvents.natsAway);
      },
    });
  } catch (error: unknown) {
    throw new ConfigError(`NATS__URL: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
