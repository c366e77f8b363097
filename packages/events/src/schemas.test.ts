import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decode, decodeFrame } from './decode.js';
import { Frame, StateEventPayload, StreamEvent, WorkflowSuspendedSnapshot, stateEventSchema } from './schemas.js';
import { arbitraries } from './testing/arbitraries.js';
import { sampleEvent, sampleStateEvents, sampleStreamEvents } from './testing/samples.js';

const generate = arbitraries(fc);

/** The object with a value put, or left out, at one of its places. */
function changed(object: object, place: number, value: unknown): unknown {
  const keys = Object.keys(object) as (keyof typeof object)[];
  const key = keys[place % keys.length];
  if (key === undefined) return object;
  const inner: unknown = object[key];
  if (typeof inner === 'object' && inner !== null && place % 3 > 0) {
    const copy = Array.isArray(inner) ? [...inner] : { ...inner };
    return { ...object, [key]: Object.assign(copy, changed(inner, Math.floor(place / 3), value)) };
  }
  const { [key]: _, ...rest } = object;
  return value === undefined ? rest : { ...rest, [key]: value };
}

describe('the validators', () => {
  it('take every sample', () => {
    for (const event of sampleStateEvents()) {
      expect(StateEventPayload.parse(event)).toEqual(event);
      expect(stateEventSchema(event.event).parse(event)).toEqual(event);
    }
    for (const event of sampleStreamEvents()) expect(StreamEvent.parse(event)).toEqual(event);
  });

  it('are closed where reading is open', () => {
    const { data } = sampleEvent('WORKFLOW_SUSPENDED');
    expect(WorkflowSuspendedSnapshot.safeParse({ ...data, status: 'NAPPING' }).success).toBe(false);
    expect(WorkflowSuspendedSnapshot.safeParse({ ...data, status: 'UNRECOGNIZED' }).success).toBe(false);
  });

  it('of another event refuse it', () => {
    expect(stateEventSchema('TASK_CREATED').safeParse(sampleEvent('TASK_STARTED')).success).toBe(false);
  });

  it('agree with the reader on every frame', () => {
    const values = fc.oneof(
      fc.constantFrom(undefined, '', 'PENDING', 0, -1, 1.5, 2 ** 53, Infinity, true, [], {}, ['a']),
      fc.string(),
      fc.integer(),
      fc.uuid(),
    );
    const frames = fc.tuple(generate.frame, fc.nat(), values).map(([frame, at, value]) => changed(frame, at, value));
    fc.assert(
      fc.property(frames, (raw) => {
        const read = decodeFrame(raw);
        const parsed = Frame.safeParse(raw);
        expect(parsed.success).toBe(read.ok && read.unrecognized === undefined);
        if (read.ok && parsed.success) expect(parsed.data).toEqual(read.frame);
      }),
      { numRuns: 1_000 },
    );
  });

  it('agree with the reader on every event', () => {
    fc.assert(
      fc.property(generate.event, (event) => {
        const schema = event.type === 'Event' ? StateEventPayload : StreamEvent;
        expect(schema.safeParse(event).success).toBe(decode(event).ok);
      }),
    );
  });
});
