import { describe } from 'vitest';
import { type Wire, setUpWire } from './bench.js';
import { accessSuite } from './cases/access.js';
import { agentsSuite } from './cases/agents.js';
import { cancellationSuite } from './cases/cancellation.js';
import { childCancellationSuite } from './cases/child-cancellation.js';
import { childrenSuite } from './cases/children.js';
import { commandsSuite } from './cases/commands.js';
import { duplicatesSuite } from './cases/duplicates.js';
import { historyDataSuite } from './cases/history-data.js';
import { kindsSuite } from './cases/kinds.js';
import { notificationsSuite } from './cases/notifications.js';
import { pollingSuite } from './cases/polling.js';
import { promisesSuite } from './cases/promises.js';
import { queriesSuite } from './cases/queries.js';
import { refusalsSuite } from './cases/refusals.js';
import { registrationSuite } from './cases/registration.js';
import { signalWithStartSuite } from './cases/signal-with-start.js';
import { signalsSuite } from './cases/signals.js';
import { spansSuite } from './cases/spans.js';
import { standaloneTasksSuite } from './cases/standalone-tasks.js';
import { startsSuite } from './cases/starts.js';
import { taskAttemptsSuite } from './cases/task-attempts.js';
import { taskContextSuite } from './cases/task-context.js';
import { tasksSuite } from './cases/tasks.js';
import { timersSuite } from './cases/timers.js';
import { turnEndsSuite } from './cases/turn-ends.js';
import { volumeSuite } from './cases/volume.js';
import { wakeUpsSuite } from './cases/wake-ups.js';
import type { WireTarget } from './target.js';

const SUITES: Readonly<Record<string, (wire: Wire) => void>> = {
  registration: registrationSuite,
  polling: pollingSuite,
  kinds: kindsSuite,
  starts: startsSuite,
  'signal with start': signalWithStartSuite,
  commands: commandsSuite,
  'ends of turns': turnEndsSuite,
  tasks: tasksSuite,
  'attempts of tasks': taskAttemptsSuite,
  'what tasks may say': taskContextSuite,
  'tasks of their own': standaloneTasksSuite,
  timers: timersSuite,
  promises: promisesSuite,
  signals: signalsSuite,
  children: childrenSuite,
  'cancellation of children': childCancellationSuite,
  cancellation: cancellationSuite,
  'wake-ups': wakeUpsSuite,
  duplicates: duplicatesSuite,
  history: historyDataSuite,
  queries: queriesSuite,
  spans: spansSuite,
  notifications: notificationsSuite,
  volume: volumeSuite,
  refusals: refusalsSuite,
  access: accessSuite,
  agents: agentsSuite,
};

/**
 * The promises of the wire, as a worker or client of another make relies on them: plain calls with the generated stubs, a
 * key, and nothing of the SDK of this house. `target` is asked once, before the first case.
 *
 * Every case works in a queue of its own, so cases run beside each other and beside whatever else the server does.
 */
export function describeWire(target: () => WireTarget | Promise<WireTarget>): void {
  describe.concurrent('the wire', { timeout: 30_000 }, () => {
    const wire = setUpWire(target);
    describe.each(Object.entries(SUITES))('%s', (_theme, suite) => {
      suite(wire);
    });
  });
}
