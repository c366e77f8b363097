import type { MakeStores } from './store/bench.js';
import { commitConformance } from './store/commit.js';
import { readConformance } from './store/read.js';
import { workConformance } from './store/work.js';

/**
 * The promises of the `Store` port, as suites of the test file that calls this. Every group of tests makes its stores anew;
 * within a group each test has an organisation of its own.
 */
export function storeConformance(name: string, makeStores: MakeStores): void {
  commitConformance(name, makeStores);
  workConformance(name, makeStores);
  readConformance(name, makeStores);
}
