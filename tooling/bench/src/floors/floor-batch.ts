import type {
  CommitBatch,
  DueTimer,
  ExecutionWrite,
  HistoryRow,
  StreamEntry,
  TaskWrite,
  TimerRef,
  WaitWrite,
} from '@flovyn/engine';

/** What one execution adds to a batch. */
export interface FloorWrite {
  readonly execution: ExecutionWrite;
  readonly history: readonly HistoryRow[];
  readonly entries: readonly StreamEntry[];
  readonly tasks: readonly TaskWrite[];
  readonly waits: readonly WaitWrite[];
  readonly timers: { readonly set: readonly DueTimer[]; readonly remove: readonly TimerRef[] };
}

/** One transaction of what several executions write. */
export function toBatch(writes: readonly FloorWrite[]): CommitBatch {
  return {
    durability: 'state',
    executions: writes.map(({ execution }) => execution),
    history: writes.flatMap(({ history }) => history),
    entries: writes.flatMap(({ entries }) => entries),
    tasks: writes.flatMap(({ tasks }) => tasks),
    waits: writes.flatMap(({ waits }) => waits),
    families: { begun: [], runs: [] },
    attempts: [],
    logs: [],
    signs: [],
    ready: { add: [], remove: [] },
    timers: {
      set: writes.flatMap(({ timers }) => timers.set),
      remove: writes.flatMap(({ timers }) => timers.remove),
    },
    keys: { add: [], remove: [] },
    deleted: [],
  };
}
