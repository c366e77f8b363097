import type { Engine } from '../engine.js';
import { DispatchLoop } from '../loops/dispatch-loop.js';
import { TimerLoop } from '../loops/timer-loop.js';
import type { Store } from '../ports/store.js';
import type { Clock, Ids, Reporter, WakeUps } from '../ports/surroundings.js';
import { Lane } from './lane.js';
import { Dispatcher } from './dispatcher.js';
import type { LeaseTimes } from './session.js';
import { SessionRegistry } from './sessions.js';
import { cancelTask, deleteTask, retryTask } from './standalone-task.js';
import { startTask, startWorkflow } from './start.js';
import { StreamHub } from './streams.js';

export interface EngineSettings {
  /** How long a session may be silent; 30 s. */
  readonly leaseMs?: number;
  /** How often a session should speak; 10 s. */
  readonly heartbeatMs?: number;
  /** How long a session keeps its claims after its connection broke; 10 s. */
  readonly graceMs?: number;
  /** Executions kept in memory between their changes; 20,000. */
  readonly cachedExecutions?: number;
}

export interface EngineParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly wakeUps: WakeUps;
  readonly reporter: Reporter;
  readonly settings?: EngineSettings;
}

/** Puts the rooms of the engine together. Whoever calls it runs the loops and closes it. */
export function createEngine({ store, clock, ids, wakeUps, reporter, settings = {} }: EngineParts): Engine {
  const hub = new StreamHub(reporter);
  const dispatcher = new Dispatcher(() => ids.token());
  const lane: Lane = new Lane({
    store,
    clock,
    ids,
    wakeUps,
    reporter,
    dispatcher,
    published: (id, entries) => hub.publish(id, entries),
    ended: () => dispatch.freed(),
    putOff: (dueAt) => timers.putOff(dueAt),
    cachedExecutions: settings.cachedExecutions ?? 20_000,
  });
  const dispatch = new DispatchLoop({ store, lane, dispatcher, clock, wakeUps });
  const timers = new TimerLoop({ store, lane, clock });
  const times: LeaseTimes = {
    leaseMs: settings.leaseMs ?? 30_000,
    heartbeatMs: settings.heartbeatMs ?? 10_000,
    graceMs: settings.graceMs ?? 10_000,
  };
  const freed = (): void => dispatch.lookAround();
  const sessions = new SessionRegistry({ lane, dispatcher, store, clock, ids, reporter, times, freed });
  return {
    startWorkflow: (request) => lane.change(startWorkflow(request, ids)),
    startTask: (request) => lane.change(startTask(request, ids)),
    cancelTask: (request) => lane.change(cancelTask(request)),
    retryTask: (request) => lane.change(retryTask(request)),
    deleteTask: (request) => lane.change(deleteTask(request)),
    sessions,
    streams: hub,
    loops: { timers, leases: sessions.leases, dispatch },
    oldestWaitMs: () => lane.oldestWaitMs(),
    backlog: () => lane.backlog(),
    close: () => lane.close(),
  };
}
