import { decode } from '../decode.js';
import { stateEventNames } from '../names.js';
import { stateEvents } from '../registry/index.js';
import type { StateEventName, StateEventPayload, StreamEvent } from '../types.js';

/** The first instant of 2026: when every sample happened. */
export const SAMPLE_TIME_MS = 1_767_225_600_000;

/** A valid event of this name: the registry's own sample. */
export function sampleEvent<Name extends StateEventName>(name: Name): StateEventPayload<Name> {
  const decoded = decode({ type: 'Event', event: name, data: stateEvents[name].sample, timestampMs: SAMPLE_TIME_MS });
  if (!decoded.ok) throw new Error(`The sample of ${name} is not valid.`);
  return decoded.event as unknown as StateEventPayload<Name>;
}

/** One sample of every state event. */
export function sampleStateEvents(): StateEventPayload[] {
  return stateEventNames.map((name) => sampleEvent(name));
}

/** One sample of every shape of stream event. */
export function sampleStreamEvents(): StreamEvent[] {
  return [
    { type: 'token', text: 'Hello' },
    { type: 'progress', progress: 0.5 },
    { type: 'progress', progress: 1, details: 'all rows written' },
    { type: 'data', data: { rows: [1, 2], note: null } },
    { type: 'error', message: 'one row skipped' },
    { type: 'error', message: '3 entries were lost', code: 'STREAM_LOSS' },
    { type: 'data', data: { id: 'o-1', total: 12.5 }, stream: 'orders' },
  ];
}
