import type { Store } from '@flovyn/engine';
import { type Town, createTown, manualClock } from '@flovyn/engine/memory';
import { type Fault, flakyStore } from './flaky-store.js';
import { type House, openHouse } from './house.js';

/** An empty database, which any number of server processes may open. */
export interface TestDatabase {
  open(): Promise<Store>;
  drop(): Promise<void>;
}

/** Runs a test in houses of its own. */
export interface Houses {
  readonly name: string;
  /** A house on an empty database. */
  withHouse(body: (house: House) => Promise<void>, plan?: readonly Fault[]): Promise<void>;
  /** Two houses on one empty database, as two server processes would be, with one clock. What is planned goes wrong in `b`. */
  withTwoHouses(body: (a: House, b: House) => Promise<void>, plan?: readonly Fault[]): Promise<void>;
  /** The same, where the two hear each other. */
  withNeighbours(body: (a: House, b: House, town: Town) => Promise<void>): Promise<void>;
}

export function createHouses(name: string, makeDatabase: () => Promise<TestDatabase>): Houses {
  const open = async (
    count: number,
    body: (a: House, b: House) => Promise<void>,
    plan: readonly Fault[] = [],
    town?: Town,
  ) => {
    const database = await makeDatabase();
    const clock = manualClock();
    const stores = await Promise.all(Array.from({ length: count }, () => database.open()));
    const houses = stores.map((store, index) =>
      openHouse(flakyStore(store, index === count - 1 ? plan : []), { clock, town }),
    );
    try {
      await body(houses[0] as House, houses.at(-1) as House);
    } finally {
      await Promise.all(houses.map((house) => house.engine.close()));
      await Promise.all(stores.map((store) => store.close()));
      await database.drop();
    }
  };
  return {
    name,
    withHouse: (body, plan) => open(1, body, plan),
    withTwoHouses: (body, plan) => open(2, body, plan),
    withNeighbours(body) {
      const town = createTown();
      return open(2, (a, b) => body(a, b, town), [], town);
    },
  };
}
