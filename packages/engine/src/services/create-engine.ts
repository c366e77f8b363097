import { limits } from '@flovyn/protocol';
import type { Change } from '../change.js';
import type { Engine, Once } from '../engine.js';
import { DispatchLoop } from '../loops/dispatch-loop.js';
import { RetentionLoop, type RetentionLimits, type RetentionTimes } from '../loops/retention-loop.js';
import { TimerLoop } from '../loops/timer-loop.js';
import type { Meter } from '../ports/meter.js';
import { type Neighbours, noNeighbours } from '../ports/neighbours.js';
import type { Store } from '../ports/store.js';
import type { Clock, Ids, Reporter, Timer, WakeUps } from '../ports/surroundings.js';
import { ClaimWatch } from './claim-watch.js';
import { Lane } from './lane.js';
import { Dispatcher } from './dispatcher.js';
import { type PresentParts, present, waiting } from './present.js';
import type { LeaseTimes } from './session.js';
import { SessionRegistry } from './sessions.js';
import { cancelTask, deleteTask, retryTask } from './standalone-task.js';
import { startTask, startWorkflow } from './start.js';
import { StreamHub } from './streams.js';
import { SingleCalls } from './unary-door.js';
import { type SilenceTimes, UnaryWorkers } from './unary-workers.js';
import {
  cancelWorkflow,
  retryWorkflow,
  settlePromise,
  signalWithStart,
  signalWorkflow,
  startChild,
} from './workflow-calls.js';

export interface EngineSettings {
  /** How long a session may be silent; 30 s. */
  readonly leaseMs?: number;
  /** How often a session should speak; 10 s. */
  readonly heartbeatMs?: number;
  /** How long a session keeps its claims after its connection broke; 10 s. */
  readonly graceMs?: number;
  /** How long a worker that makes single calls may be silent: one that sends heartbeats, 60 s, and one that does not, 5 min. */
  readonly silence?: SilenceTimes;
  /** Executions kept in memory between their changes; 20,000. */
  readonly cachedExecutions?: number;
  /** How long streams are kept after the end of their execution; all of it for 7 days. */
  readonly retention?: RetentionTimes;
  /** What is kept of one stream while its execution is open; 1,000,000 entries, 256 MiB. */
  readonly streamLimits?: RetentionLimits;
}

export interface EngineParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly ids: Ids;
  readonly wakeUps: WakeUps;
  readonly reporter: Reporter;
  readonly meter: Meter;
  /** The other processes on the same store; absent when there are none. */
  readonly neighbours?: Neighbours | undefined;
  readonly settings?: EngineSettings;
}

/** Puts the rooms of the engine together. Whoever calls it runs the loops and closes it. */
export function createEngine(parts: EngineParts): Engine {
  const { store, clock, timer, ids, wakeUps, reporter, meter, neighbours = noNeighbours, settings = {} } = parts;
  const hub = new StreamHub(neighbours, reporter);
  const dispatcher = new Dispatcher(
    () => ids.token(),
    (holder) =>
      neighbours.host(holder.id, {
        runs: holder.runs === undefined ? undefined : { orgId: holder.orgId, ...holder.runs },
        claimEnded: (token) => claims.hinted(holder, token),
        asked: (question) => sessions.answerFor(holder.id, question),
      }),
  );
  const lane: Lane = new Lane({
    store,
    clock,
    ids,
    wakeUps,
    reporter,
    timer,
    meter,
    dispatcher,
    published: (commit) => {
      hub.publish(commit);
      retention.written(commit.entries);
    },
    ended: ({ sessionId, token }) => {
      if (!dispatcher.isHere(sessionId)) neighbours.claimEnded(sessionId, token);
      dispatch.freed();
    },
    putOff: (timer) => timers.putOff(timer),
    letGo: (timer) => timers.letGo(timer),
    cachedExecutions: settings.cachedExecutions ?? 20_000,
  });
  const dispatch = new DispatchLoop({ store, lane, dispatcher, clock, wakeUps });
  const timers = new TimerLoop({ store, lane, clock });
  const retention = new RetentionLoop({
    store,
    clock,
    meter,
    reporter,
    times: settings.retention ?? { streamMs: limits.streamRetentionMs, outputMs: limits.streamRetentionMs },
    limits: settings.streamLimits ?? { entries: limits.streamEntries, bytes: limits.streamBytes },
  });
  const times: LeaseTimes = {
    leaseMs: settings.leaseMs ?? 30_000,
    heartbeatMs: settings.heartbeatMs ?? 10_000,
    graceMs: settings.graceMs ?? 10_000,
  };
  const freed = (): void => dispatch.freed();
  const claims = new ClaimWatch({ lane, dispatcher, sessions: store.sessions, reporter, freed });
  const unary = new UnaryWorkers({
    store: store.sessions,
    dispatcher,
    clock,
    ids,
    times: settings.silence ?? { heartbeatingMs: 60_000, silentMs: 300_000 },
  });
  const sessions = new SessionRegistry({
    lane,
    dispatcher,
    store,
    clock,
    ids,
    reporter,
    times,
    freed,
    unary,
    timer,
    neighbours,
  });
  const change = <Reply>(asked: Once, wanted: Change<Reply>): Promise<Reply> =>
    lane.change(asked.once === undefined ? wanted : { ...wanted, once: asked.once });
  const here: PresentParts = {
    store,
    sessions: () => sessions.connected(),
    singles: () => unary.all(),
    polls: () => dispatcher.seats().filter(({ door }) => door === 'unary').length,
  };
  return {
    startWorkflow: (request) => change(request, startWorkflow(request, ids)),
    startTask: (request) => change(request, startTask(request, ids)),
    startChild: (request) => lane.change(startChild(request, ids)),
    signalWorkflow: (request) => change(request, signalWorkflow(request)),
    signalWithStart: (request) => change(request, signalWithStart(request, ids)),
    cancelWorkflow: (request) => change(request, cancelWorkflow(request)),
    retryWorkflow: async (request) => change(request, await retryWorkflow(request, store.queries)),
    settlePromise: async (request) => change(request, await settlePromise(request, store.queries, clock)),
    queryWorkflow: (request) => sessions.query(request),
    cancelTask: (request) => change(request, cancelTask(request)),
    retryTask: (request) => change(request, retryTask(request)),
    deleteTask: (request) => lane.change(deleteTask(request)),
    sessions,
    unary: new SingleCalls({ lane, dispatcher, workers: unary, store, clock, timer, ids, reporter, meter, freed }),
    streams: hub,
    lookAtClaims: () => claims.look(),
    loops: { timers, leases: sessions.leases, dispatch, retention },
    oldestWaitMs: () => lane.oldestWaitMs(),
    backlog: () => lane.backlog(),
    present: () => present(here),
    waiting: () => waiting(here),
    close: () => lane.close(),
  };
}
