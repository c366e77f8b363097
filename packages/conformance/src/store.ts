import type { MakeDatabase } from './store/bench.js';
import { commitConformance } from './store/commit.js';
import { readConformance } from './store/read.js';
import { workConformance } from './store/work.js';

/**
 * The promises of the `Store` port, as suites of the test file that calls this. Every group of tests opens two stores
 * on a database of its own; within a group each test has its own organisation.
 */
export function storeConformance(name: string, makeDatabase: MakeDatabase): void {
  commitConformance(name, makeDatabase);
  workConformance(name, makeDatabase);
  readConformance(name, makeDatabase);
}
