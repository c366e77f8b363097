import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Contract } from '@flovyn/contract-check';
import * as fc from 'fast-check';

import { decodeFrame } from '../../src/index.js';
import { createSseDecoder, decodeMessage } from '../../src/sse/index.js';
import { arbitraries } from '../../src/testing/arbitraries.js';
import { readerOf } from './old-reader.js';
import { GOLDEN } from './versions.js';

/** Frames of today, beside the samples: each of them a chance for an old reader to stumble. */
const RANDOM_FRAMES = 500;
const SEED = 1;

export interface CrossReading {
  /** Samples that were stored with the version. */
  readonly stored: number;
  /** Frames of today that its reader was given. */
  readonly written: number;
  /** How many of them it takes for unknown. */
  readonly unknown: number;
  /** What went wrong, in words. */
  readonly problems: readonly string[];
}

/**
 * Reads crosswise: what is stored from a version with today's reader, what is written today with the reader of the version.
 *
 * @param readStored - the text of a stored sample by its name.
 */
export function readCrosswise(
  old: Contract,
  newFrames: readonly unknown[] = todaysFrames(),
  readStored: (name: string) => string = (name) => readFileSync(join(GOLDEN, name), 'utf8'),
): CrossReading {
  const names = Object.keys(old.golden ?? {});
  const problems = names.flatMap((name) => problemWith(name, readStored(name)));
  const read = readerOf(old);
  const readings = newFrames.map((frame) => ({ frame, ...read(frame) }));
  const refused = readings.flatMap((reading) =>
    reading.kind === 'invalid' ? `an old reader refuses ${JSON.stringify(reading.frame)}: ${reading.problems}` : [],
  );
  return {
    stored: names.length,
    written: newFrames.length,
    unknown: readings.filter(({ kind }) => kind === 'unknown').length,
    problems: [...problems, ...refused],
  };
}

/** Every sample of today and many frames by chance, the same each time. */
export function todaysFrames(): readonly unknown[] {
  const { frame, stateEvent } = arbitraries(fc);
  const samples = [
    ...fc.sample(frame, { numRuns: RANDOM_FRAMES, seed: SEED }),
    ...fc.sample(fc.tuple(frame, stateEvent), { numRuns: RANDOM_FRAMES, seed: SEED }).map(([head, event]) => ({
      ...head,
      event,
    })),
  ];
  // As it is sent: what is undefined is not.
  return samples.map((sample): unknown => JSON.parse(JSON.stringify(sample)));
}

function problemWith(name: string, text: string): readonly string[] {
  if (name.endsWith('.json')) {
    const decoded = decodeFrame(JSON.parse(text));
    return decoded.ok ? [] : [`today's reader takes ${name} for ${decoded.kind}`];
  }
  const kinds = createSseDecoder()
    .push(Buffer.from(text))
    .map((message) => decodeMessage(message).kind);
  const isRead =
    kinds.length > 0 && kinds.every((kind) => !['unknown', 'invalid', 'malformed', 'overflow'].includes(kind));
  return isRead ? [] : [`today's reader takes ${name} for ${kinds.join(', ') || 'nothing'}`];
}
