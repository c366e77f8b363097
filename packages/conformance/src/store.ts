import { apartConformance } from './store/apart.js';
import type { MakeDatabase } from './store/bench.js';
import { commitConformance } from './store/commit.js';
import { definitionConformance } from './store/definitions.js';
import { familyConformance } from './store/families.js';
import { keyConformance } from './store/keys.js';
import { listConformance } from './store/lists.js';
import { orgConformance } from './store/orgs.js';
import { readConformance } from './store/read.js';
import { refusalConformance } from './store/refusals.js';
import { removalConformance } from './store/removal.js';
import { retentionConformance } from './store/retention.js';
import { sessionConformance } from './store/sessions.js';
import { streamTicketConformance } from './store/stream-tickets.js';
import { taskStateConformance } from './store/task-state.js';
import { timerConformance } from './store/timers.js';
import { waitConformance } from './store/waits.js';
import { workConformance } from './store/work.js';
import { workerTokenConformance } from './store/worker-tokens.js';
import { workerConformance } from './store/workers.js';

const suites = [
  commitConformance,
  waitConformance,
  refusalConformance,
  keyConformance,
  removalConformance,
  retentionConformance,
  workConformance,
  timerConformance,
  sessionConformance,
  listConformance,
  readConformance,
  familyConformance,
  apartConformance,
  orgConformance,
  workerConformance,
  definitionConformance,
  workerTokenConformance,
  streamTicketConformance,
  taskStateConformance,
];

/**
 * The promises of the `Store` port, as suites of the test file that calls this. Every group of tests opens two stores
 * on a database of its own; within a group each test has its own organisation.
 */
export function storeConformance(name: string, makeDatabase: MakeDatabase): void {
  for (const suite of suites) suite(name, makeDatabase);
}
