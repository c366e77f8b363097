import type { ReaderStep } from '../vocabulary.js';
import type { Reader } from './reader.js';
import type { Stage } from './stage.js';

/** Does what a reader does. */
export async function read(step: ReaderStep, stage: Stage, limit: AbortSignal): Promise<void> {
  switch (step.do) {
    case 'open':
      return stage.newReader(step.reader, step).connect(limit);
    case 'read-in-pieces': {
      const reader = stage.newReader(step.reader, step);
      do await reader.connect(limit, { entries: step.every });
      while (!hasEnded(reader));
      return;
    }
    case 'resume':
      return stage.reader(step.reader).connect(limit, { entries: step.entries });
    case 'await':
      return stage.reader(step.reader).has(step.entries, limit);
    case 'await-signs-of-life':
      return stage.reader(step.reader).hearsLife(step.count, limit);
    case 'drain':
      return stage.reader(step.reader).drain(limit);
    default:
      stage.reader(step.reader)[step.do]();
  }
}

/** A reader leaves after the last piece without having heard of the end; then the next answer says so. */
function hasEnded({ connections }: Reader): boolean {
  const last = connections.at(-1);
  return last === undefined || last.status !== 200 || last.heard.at(-1)?.name === 'end' || last.heard.length === 0;
}
