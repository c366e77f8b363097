import { encodeComment, encodeEnd, encodeReady } from '@flovyn/events/sse';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cursorOf, sse, tokens } from '../test/support/log.js';
import { Impatience } from '../test/support/surroundings.js';
import { type StreamSource, openLiveStream } from './live-stream.js';
import { HOLE_TRIES } from './live-stream-state.js';
import { defaultPatience } from './patience.js';

/** How a connection misbehaves. Positions are shares of what there is. */
const misbehaviour = fc.oneof(
  fc.record({ kind: fc.constant('away' as const) }),
  fc.record({ kind: fc.constant('busy' as const), status: fc.constantFrom(408, 429, 500, 502, 503) }),
  fc.record({
    kind: fc.constant('serves' as const),
    /** Entries repeated from before the cursor. */
    repeats: fc.nat(3),
    /** Entries sent twice in a row. */
    doubles: fc.boolean(),
    /** Where an entry is left out. */
    leavesOut: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    /** After how much it is cut off, and how. */
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    breaks: fc.boolean(),
    chunk: fc.integer({ min: 1, max: 700 }),
  }),
);
type Misbehaviour = typeof misbehaviour extends fc.Arbitrary<infer Value> ? Value : never;

const good: Misbehaviour = {
  kind: 'serves',
  repeats: 0,
  doubles: false,
  leavesOut: null,
  cut: 1,
  breaks: false,
  chunk: 97,
};

/** A server that holds `log` and misbehaves in turn, then no more. */
function unreliable(log: ReturnType<typeof tokens>, misbehaviours: readonly Misbehaviour[]): StreamSource {
  const script = [...misbehaviours];
  // A hole that is shown again and again is said aloud, which is another rule's test.
  let holesLeft = HOLE_TRIES;
  return {
    attempted: 'GET /unreliable',
    open: async (cursor) => {
      const behaviour = script.shift() ?? good;
      if (behaviour.kind === 'away') throw new TypeError('away');
      if (behaviour.kind === 'busy') return new Response('<html>', { status: behaviour.status });
      const seen = cursor === undefined ? 0 : Number(cursor.split('.')[1]);
      const entries = log
        .filter(({ seq }) => seq > seen - behaviour.repeats)
        .flatMap((entry) => (behaviour.doubles ? [entry, entry] : [entry]))
        .map(sse);
      if (behaviour.leavesOut !== null && holesLeft > 0) {
        holesLeft -= 1;
        entries.splice(Math.floor(behaviour.leavesOut * entries.length), 1);
      }
      const head = encodeReady({ epoch: 'e1', from: seen + 1, head: log.length });
      const whole = behaviour === good ? encodeEnd({ status: 'COMPLETED' }) : '';
      const bytes = new TextEncoder().encode([head, encodeComment(), ...entries, whole].join(''));
      return new Response(pieces(bytes.slice(0, Math.round(behaviour.cut * bytes.length)), behaviour), {
        headers: { 'content-type': 'text/event-stream' },
      });
    },
  };
}

function pieces(bytes: Uint8Array, { chunk, breaks }: { chunk: number; breaks: boolean }): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += chunk)));
      else if (breaks) controller.error(new Error('cut'));
      else controller.close();
    },
  });
}

describe('a live stream over any connection', () => {
  it('R21 gives exactly the log, whatever is cut, doubled, repeated or left out on the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.array(misbehaviour, { maxLength: 12 }), async (length, misbehaviours) => {
        const log = tokens(1, length);
        expect(await received(unreliable(log, misbehaviours), true)).toEqual(log.map(cursorOf));
      }),
      { numRuns: 300 },
    );
  });

  it('L18 gives exactly what a filter lets through, holes and all', async () => {
    const honest = misbehaviour.map((one) => ({ ...one, leavesOut: null }));
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.array(honest, { maxLength: 12 }), async (length, misbehaviours) => {
        const log = tokens(1, length).filter(({ seq }) => seq % 3 === 0);
        expect(await received(unreliable(log, misbehaviours), false)).toEqual(log.map(cursorOf));
      }),
      { numRuns: 100 },
    );
  });
});

async function received(source: StreamSource, contiguous: boolean): Promise<string[]> {
  const beginning = {
    cursor: undefined,
    contiguous,
    isLog: true,
    awaitCreationMs: 0,
    patience: defaultPatience,
    signal: undefined,
  };
  const cursors: string[] = [];
  for await (const message of openLiveStream(source, beginning, new Impatience())) {
    if (message.kind === 'entry') cursors.push(cursorOf(message.frame));
    else expect(message.kind).toBe('status');
  }
  return cursors;
}
