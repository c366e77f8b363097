import {
  type Engine,
  type EngineSettings,
  type ExecutionId,
  type OrgId,
  type Store,
  createEngine,
  createLocalWakeUps,
} from '@flovyn/engine';
import {
  type ManualClock,
  type RecordingMeter,
  type Town,
  countingIds,
  manualClock,
  recordingMeter,
  recordingReporter,
} from '@flovyn/engine/memory';
import type { Frame } from '@flovyn/events';
import { assertLegal } from '@flovyn/events/testing';
import { type RecordedEvent, invariant } from '@flovyn/protocol';
import { expect } from 'vitest';

export const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;

/** An engine on a store under test, with time in the test's hand. */
export interface House {
  readonly engine: Engine;
  readonly store: Store;
  readonly clock: ManualClock;
  readonly reporter: ReturnType<typeof recordingReporter>;
  readonly meter: RecordingMeter;
  history(id: ExecutionId): Promise<readonly RecordedEvent[]>;
  /** Types of the history's facts, in order. */
  facts(id: ExecutionId): Promise<string[]>;
  frames(id: ExecutionId): Promise<Frame[]>;
  /** Names of the news and kinds of the output, in order. */
  news(id: ExecutionId): Promise<string[]>;
  /** History and stream are numbered without holes, and the stream is in a legal order. */
  assertSound(id: ExecutionId): Promise<void>;
}

let houses = 0;

/** What a house has of its own; what is not said is a house alone, with a clock of its own. */
export interface HouseParts {
  readonly settings?: EngineSettings;
  readonly clock?: ManualClock;
  readonly town?: Town | undefined;
}

export function openHouse(store: Store, { settings = {}, clock = manualClock(), town }: HouseParts = {}): House {
  houses += 1;
  const reporter = recordingReporter();
  const ids = countingIds(houses * 1_000 + (process.pid % 1_000) + Math.floor(performance.timeOrigin % 1e9));
  const meter = recordingMeter();
  const { neighbours, wakeUps } = town?.move() ?? { neighbours: undefined, wakeUps: createLocalWakeUps() };
  const engine = createEngine({ store, clock, timer: clock, ids, wakeUps, reporter, meter, neighbours, settings });
  const house: House = {
    engine,
    store,
    clock,
    reporter,
    meter,
    async history(id) {
      const events = await store.queries.history(orgId, id, {});
      invariant(events !== undefined, `execution ${id} has a history`);
      return events;
    },
    async facts(id) {
      return (await house.history(id)).map((event) => event.type);
    },
    async frames(id) {
      const entries = await store.streams.read(id, 0, 1_000_000);
      return entries.map((entry) => ({
        v: 1,
        seq: entry.seq,
        epoch: entry.epoch,
        executionId: entry.executionId,
        rootExecutionId: entry.rootId,
        ...(entry.taskId === undefined ? {} : { taskExecutionId: entry.taskId }),
        ...(entry.attempt === undefined ? {} : { attempt: entry.attempt }),
        timestampMs: entry.timestampMs,
        event: JSON.parse(entry.event) as Frame['event'],
      }));
    },
    async news(id) {
      return (await house.frames(id)).map(({ event }) => (event.type === 'Event' ? event.event : event.type));
    },
    async assertSound(id) {
      const frames = await house.frames(id);
      assertLegal(frames);
      expect(frames.map((frame) => frame.seq)).toEqual(frames.map((_, index) => index + 1));
      const history = await store.queries.history(orgId, id, {});
      expect(history?.map((event) => event.sequence)).toEqual(history?.map((_, index) => index + 1));
    },
  };
  return house;
}
