import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decode, decodeFrame } from '../src/index.js';
import { type DecodedMessage, type SseDecoder, createSseDecoder, decodeMessage } from '../src/sse/index.js';

const golden = join(import.meta.dirname, '../contract/golden');
const streams = readdirSync(join(golden, 'sse')).map((file) => readFileSync(join(golden, 'sse', file)));
const frames = readdirSync(golden)
  .filter((file) => file.endsWith('.json'))
  .map((file) => readFileSync(join(golden, file), 'utf8'));

/** All streams one after the other, as one connection could carry them. */
const everything = Buffer.concat(streams);

type Decoder = Pick<SseDecoder, 'push'>;

/** What a reader makes of these bytes when they arrive cut at these offsets. */
function read(
  bytes: Uint8Array,
  cuts: readonly number[] = [],
  decoder: Decoder = createSseDecoder(),
): DecodedMessage[] {
  const ends = [...cuts, bytes.length].toSorted((a, b) => a - b);
  return ends.flatMap((end, index) =>
    decoder.push(bytes.subarray(ends[index - 1] ?? 0, end)).map((m) => decodeMessage(m)),
  );
}

/** Some bytes of what was given replaced, left out or doubled. */
const damaged = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.record({ at: fc.nat(bytes.length - 1), drop: fc.nat(8), put: fc.uint8Array({ maxLength: 8 }) }), {
      minLength: 1,
      maxLength: 6,
    })
    .map((edits) => {
      let result = Buffer.from(bytes);
      for (const { at, drop, put } of edits) {
        result = Buffer.concat([result.subarray(0, at), put, result.subarray(at + drop)]);
      }
      return result;
    });

describe('a stream', () => {
  it('gives the same wherever one chunk ends and the next begins', () => {
    expect(read(everything)).toHaveLength(streams.length);
    for (const stream of streams) {
      const whole = read(stream);
      for (let cut = 0; cut <= stream.length; cut++) expect(read(stream, [cut])).toEqual(whole);
    }
  });

  it('that a reader takes apart at the ends of chunks is noticed', () => {
    const forgetful: Decoder = { push: (bytes) => createSseDecoder().push(bytes) };
    const cut = Math.floor(everything.length / 2);
    expect(read(everything, [cut], forgetful)).not.toEqual(read(everything));
  });

  it('gives the same byte by byte', () => {
    const cuts = Array.from(everything, (_, index) => index);
    expect(read(everything, cuts)).toEqual(read(everything));
  });

  it('never throws, however the golden bytes are damaged and cut', () => {
    fc.assert(
      fc.property(damaged(everything), fc.array(fc.nat(everything.length)), (bytes, cuts) => {
        expect(
          read(
            bytes,
            cuts.filter((cut) => cut <= bytes.length),
          ),
        ).toEqual(read(bytes));
      }),
      { numRuns: 300 },
    );
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const message of read(bytes)) expect(message.kind).toBeTypeOf('string');
      }),
      { numRuns: 500 },
    );
  });
});

describe('a frame', () => {
  it('never throws, whichever of its values becomes something else', () => {
    const anything = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.constant(-1), fc.constant('toString'));
    fc.assert(
      fc.property(fc.constantFrom(...frames), fc.nat(), anything, (text, at, value) => {
        const { frame, places } = withPlaces(JSON.parse(text));
        const [holder, key] = places[at % places.length] ?? [];
        if (holder !== undefined && key !== undefined) holder[key] = value;
        const decoded = decodeFrame(frame);
        if (decoded.ok) expect(decode(decoded.frame.event).ok).toBe(true);
        else expect(['unknown', 'invalid', 'malformed']).toContain(decoded.kind);
      }),
      { numRuns: 2_000 },
    );
  });
});

type Holder = Record<string, unknown>;

/** A value of JSON with every place in it where a value stands. */
function withPlaces(frame: unknown): { frame: unknown; places: (readonly [Holder, string])[] } {
  const places: (readonly [Holder, string])[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, held] of Object.entries(value)) {
      places.push([value as Holder, key]);
      look(held);
    }
  };
  look(frame);
  return { frame, places };
}
