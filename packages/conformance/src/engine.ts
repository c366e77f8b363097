import { againSuite } from './engine/again.js';
import { attemptSuite } from './engine/attempt.js';
import { callerSuite } from './engine/caller.js';
import { cancellationSuite } from './engine/cancellation.js';
import { familySuite } from './engine/family.js';
import { familyStreamSuite } from './engine/family-stream.js';
import { faultSuite } from './engine/fault.js';
import { leaseSuite } from './engine/lease.js';
import { measureSuite } from './engine/measure.js';
import { randomSuite } from './engine/random.js';
import { neighbourSuite } from './engine/neighbours.js';
import { onceSuite } from './engine/once.js';
import { promiseSuite } from './engine/promises.js';
import { querySuite } from './engine/queries.js';
import { signalSuite } from './engine/signals.js';
import { singleCallSuite } from './engine/single-calls.js';
import { speculationSuite } from './engine/speculation.js';
import { timeSuite } from './engine/time.js';
import { workflowSuite } from './engine/workflow.js';
import { type TestDatabase, createHouses } from './support/houses.js';

export type { TestDatabase };

/**
 * The promises of the engine on a store: what a worker and a caller may rely on, whichever adapter keeps the rows.
 * `makeDatabase` gives an empty one each time.
 */
export function engineConformance(name: string, makeDatabase: () => Promise<TestDatabase>): void {
  const houses = createHouses(name, makeDatabase);
  workflowSuite(houses);
  attemptSuite(houses);
  leaseSuite(houses);
  speculationSuite(houses);
  callerSuite(houses);
  timeSuite(houses);
  promiseSuite(houses);
  signalSuite(houses);
  familySuite(houses);
  familyStreamSuite(houses);
  cancellationSuite(houses);
  againSuite(houses);
  querySuite(houses);
  onceSuite(houses);
  singleCallSuite(houses);
  neighbourSuite(houses);
  measureSuite(houses);
  faultSuite(houses);
  randomSuite(houses);
}
