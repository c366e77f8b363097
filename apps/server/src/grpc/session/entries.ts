import type { TaskOutput } from '@flovyn/engine';
import { STREAM_LOSS } from '@flovyn/events';
import { toJson } from '@flovyn/protocol';
import type { StreamEntry } from '@flovyn/protocol/grpc';
import type { StreamCheck } from '../workers/stream-schemas.js';
import { type CheckedOutput, checkOutput, holdToSchema, timeOr } from '../requests/task-output.js';

export interface CheckedEntries {
  /** As many as were sent: the worker numbers them. */
  readonly output: readonly TaskOutput[];
  /** Why entries were not taken as they were. */
  readonly refusals: readonly Extract<CheckedOutput, { readonly ok: false }>['reason'][];
}

/**
 * Checks a worker's entries. An entry that is not valid keeps its number: in its place stands an error of code
 * `STREAM_LOSS`, so that readers see that something is missing and the rest goes on.
 *
 * @param now - for entries whose own time is no time.
 * @param streams - for values of the user's own streams.
 */
export function checkEntries(entries: readonly StreamEntry[], now: number, streams: StreamCheck): CheckedEntries {
  const refusals: CheckedEntries['refusals'][number][] = [];
  const output = entries.map((entry): TaskOutput => {
    const checked = holdToSchema(checkOutput(entry, now), streams);
    if (checked.ok) return checked.output;
    refusals.push(checked.reason);
    return lost(checked.message, timeOr(entry.timestampMs, now));
  });
  return { output, refusals };
}

function lost(why: string, timestampMs: number): TaskOutput {
  const event = toJson({
    type: 'error',
    message: `One entry of the task's output was left out: ${why}.`,
    code: STREAM_LOSS,
  });
  return { kind: 'error', event, timestampMs };
}
