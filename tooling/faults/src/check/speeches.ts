import { type Frame, STREAM_LOSS, type StreamEvent, isStateEvent } from '@flovyn/events';
import type { Dump } from './evidence.js';
import { groupBy } from './group.js';

/** What one attempt of one task has in the stream, in order. */
export interface StoredSpeech {
  readonly task: string;
  readonly attempt: number;
  readonly execution: string;
  readonly words: readonly StoredWord[];
  /** How many entries are said to be lost. */
  readonly losses: number;
}

export interface StoredWord {
  readonly worker: string;
  readonly k: number;
  readonly manner: StreamEvent['type'];
  readonly seq: number;
}

/** The output of all tasks, by attempt. */
export function speechesIn(dump: Dump): StoredSpeech[] {
  const outputs = dump.frames.filter(({ event }) => !isStateEvent(event));
  const groups = groupBy(outputs, ({ taskExecutionId = '', attempt = 0 }) => `${taskExecutionId} ${attempt}`);
  return [...groups.values()].flatMap((frames) => {
    const [first] = frames;
    if (first === undefined) return [];
    return [
      {
        task: String(first.taskExecutionId),
        attempt: first.attempt ?? 0,
        execution: first.executionId,
        words: frames.flatMap(wordsIn),
        losses: frames.reduce((sum, { event }) => sum + lossIn(event), 0),
      },
    ];
  });
}

function lossIn(event: Frame['event']): number {
  return event.type === 'error' && event.code === STREAM_LOSS ? Number.parseInt(event.message, 10) : 0;
}

/** Tokens may have been joined: each of their marks is a word. */
function wordsIn({ event, seq }: Frame): StoredWord[] {
  if (isStateEvent(event) || lossIn(event) > 0) return [];
  return marksIn(event).map((mark) => {
    const [worker = '', k = ''] = mark.split(':');
    return { worker, k: Number(k), manner: event.type, seq };
  });
}

function marksIn(event: StreamEvent): string[] {
  switch (event.type) {
    case 'token':
      return event.text.split(' ').filter((mark) => mark !== '');
    case 'progress':
      return [event.details ?? ''];
    case 'data':
      return [String((event.data as { mark?: unknown } | null)?.mark)];
    case 'error':
      return [event.message];
  }
}
