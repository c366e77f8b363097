import type * as FastCheck from 'fast-check';

import type { Cursor } from '../cursor.js';
import type { Frame } from '../envelope.js';
import type { FlovynEvent, StateEventPayload, StreamEvent } from '../types.js';
import { type Pick, randomTaskFrames, randomWorkflowFrames } from './random-trace.js';
import { sampleStateEvents } from './samples.js';
import { SAMPLE_EXECUTION, SAMPLE_TASK } from './trace.js';

/** fast-check, by either of its imports. */
type Fc = Omit<typeof FastCheck, 'default'>;

/** Generators of contract values, for property tests. */
export interface Arbitraries {
  /** Any text, lone surrogates, line breaks and text that looks like SSE among them. */
  readonly text: FastCheck.Arbitrary<string>;
  /** Any cursor that can be written. */
  readonly cursor: FastCheck.Arbitrary<Cursor>;
  /** Any output. */
  readonly streamEvent: FastCheck.Arbitrary<StreamEvent>;
  /** The sample of any state event, at any time. */
  readonly stateEvent: FastCheck.Arbitrary<StateEventPayload>;
  /** Either. */
  readonly event: FastCheck.Arbitrary<FlovynEvent>;
  /** Any event in a frame, without regard for order. */
  readonly frame: FastCheck.Arbitrary<Frame>;
  /** The frames of an execution that a server could have written, from its first one. */
  readonly workflowFrames: FastCheck.Arbitrary<readonly Frame[]>;
  /** The same of a task without a workflow. */
  readonly standaloneTaskFrames: FastCheck.Arbitrary<readonly Frame[]>;
}

/**
 * Generators of contract values.
 *
 * @param fc - the caller's own fast-check, so that this package needs none.
 * @example
 *   import { arbitraries, assertLegal } from '@flovyn/events/testing';
 *   import * as fc from 'fast-check';
 *
 *   const { workflowFrames } = arbitraries(fc);
 *   fc.assert(fc.property(workflowFrames, (frames) => assertLegal(frames)));
 */
export function arbitraries(fc: Fc): Arbitraries {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('\r', '\n', '\r\n', ' ', ':', 'data: x', 'id: 1', '\ud800', '\uFEFF', '\0', '"'),
    }),
  );
  const epoch = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
  const seq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const streamEvent = fc.oneof(
    fc.record({ type: fc.constant('token' as const), text }),
    fc.record(
      { type: fc.constant('progress' as const), progress: number, details: text },
      { requiredKeys: ['type', 'progress'] },
    ),
    fc.record({ type: fc.constant('data' as const), data: fc.jsonValue() }),
    fc.record(
      { type: fc.constant('error' as const), message: text, code: text },
      { requiredKeys: ['type', 'message'] },
    ),
  );
  const stateEvent = fc
    .tuple(fc.constantFrom(...sampleStateEvents()), fc.integer({ min: 0, max: 4_102_444_800_000 }))
    .map(([event, timestampMs]) => ({ ...event, timestampMs }));
  const event = fc.oneof<[FastCheck.Arbitrary<StreamEvent>, FastCheck.Arbitrary<StateEventPayload>]>(
    streamEvent,
    stateEvent,
  );
  const frame = fc
    .tuple(epoch, seq, event, fc.integer({ min: 1, max: 99 }))
    .map(([name, number_, content, attempt]): Frame => ({
      v: 1,
      seq: number_,
      epoch: name,
      executionId: SAMPLE_EXECUTION,
      rootExecutionId: SAMPLE_EXECUTION,
      ...(content.type === 'Event' ? {} : { taskExecutionId: SAMPLE_TASK, attempt }),
      timestampMs: 0,
      event: content,
    }));
  return {
    text,
    cursor: fc.record({ epoch, seq }),
    streamEvent,
    stateEvent,
    event,
    frame,
    workflowFrames: walks(fc, randomWorkflowFrames),
    standaloneTaskFrames: walks(fc, randomTaskFrames),
  };
}

/** Frames from a list of choices, so that a failing case shrinks to few of them. */
function walks(fc: Fc, make: (pick: Pick, steps: number) => readonly Frame[]): FastCheck.Arbitrary<readonly Frame[]> {
  return fc.array(fc.nat({ max: 840 }), { maxLength: 200 }).map((choices) => {
    let used = 0;
    return make((below) => (choices[used++] ?? 0) % below, choices.length);
  });
}
