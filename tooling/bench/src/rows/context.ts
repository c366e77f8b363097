import { type DatabaseFloor, openDatabaseFloor } from '../floors/database.js';
import { type SpecimenCommit, readSpecimen } from '../floors/specimen.js';
import { type House, openHouse } from '../house/house.js';
import type { SpecimenName } from '../programs/load.js';

/** What rows share: one warmed-up house and the floors beside it, opened when the first row asks. */
export interface Context {
  /** How often each measure is taken. */
  readonly runs: number;
  /** A duration or a count, shortened in a quick run. */
  short(amount: number): number;
  house(): Promise<House>;
  databaseFloor(): Promise<DatabaseFloor>;
  /** The commits of a workflow of one sort, as the server was seen to make them. */
  specimen(name: SpecimenName): Promise<readonly SpecimenCommit[]>;
  close(): Promise<void>;
}

/** Interior steps of this sequence look like those of a long one. */
const SPECIMEN_STEPS = 3;

export function createContext({ quick }: { readonly quick: boolean }): Context {
  let house: Promise<House> | undefined;
  let floor: Promise<DatabaseFloor> | undefined;
  let ids: Promise<Readonly<Record<SpecimenName, string>>> | undefined;
  const context: Context = {
    runs: quick ? 1 : 3,
    short: (amount) => (quick ? Math.ceil(amount / 5) : amount),
    house: () => (house ??= warmHouse(context.short)),
    databaseFloor: () => (floor ??= warmFloor(context)),
    async specimen(name) {
      const { server, load } = await context.house();
      ids ??= load.ask('specimens', { steps: SPECIMEN_STEPS });
      return readSpecimen(`http://127.0.0.1:${server.httpPort}`, (await ids)[name]);
    },
    async close() {
      await (await settled(floor))?.close();
      await (await settled(house))?.close();
    },
  };
  return context;
}

async function warmHouse(short: Context['short']): Promise<House> {
  const house = await openHouse();
  await house.load.ask('flood', { inFlight: 64, forMs: short(3_000) });
  await house.load.ask('sequences', { count: 1, steps: short(300) });
  return house;
}

async function warmFloor({ specimen, short }: Context): Promise<DatabaseFloor> {
  const step = (await specimen('sequence'))[SPECIMEN_STEPS - 1];
  if (step === undefined) throw new Error('The specimen of a sequence has too few commits');
  const floor = await openDatabaseFloor(await specimen('oneTask'), step);
  await floor.executions(16, short(1_000));
  await floor.steps(1, short(500));
  return floor;
}

/** What was opened; nothing when it was not, or failed: whoever asked for it has heard of that. */
async function settled<Value>(opening: Promise<Value> | undefined): Promise<Value | undefined> {
  const [result] = await Promise.allSettled([opening]);
  return result.status === 'fulfilled' ? result.value : undefined;
}
