import { isStateEvent } from '@flovyn/events';
import { checkLegal } from '@flovyn/events/testing';
import { mannerOf } from '../worker/kinds.js';
import type { Evidence, Violation } from './evidence.js';
import { groupBy } from './group.js';
import { nameOf } from './digest.js';
import { type StoredSpeech, speechesIn } from './speeches.js';

/**
 * C7: what an attempt has said lies inside the attempt, in the order it was said, once, and nothing of it is missing
 * without a word. An attempt whose worker was lost may have said more than anybody has heard: then the end is missing.
 */
export function checkOutput({ dump, attempts }: Evidence): Violation[] {
  const streams = groupBy(dump.frames, ({ executionId }) => executionId);
  const outside = [...streams].flatMap(([execution, frames]) =>
    checkLegal(frames)
      .filter(({ rule }) => rule === 'output')
      .map(({ seq, message }): Violation => ({ check: 'C7', execution, message: `Entry ${seq}: ${message}` })),
  );
  const said = new Map(
    attempts.flatMap((line) => (line.said === undefined ? [] : [[`${line.task} ${line.attempt}`, line]])),
  );
  const accepted = acceptedEnds(dump);
  const speeches = speechesIn(dump);
  const wrong = speeches.flatMap((speech): Violation[] => {
    const key = `${speech.task} ${speech.attempt}`;
    const fault = faultOf(speech, accepted.has(key) ? said.get(key)?.said : undefined);
    if (fault === undefined) return [];
    const message = `Attempt ${speech.attempt} of task ${speech.task}: ${fault}`;
    return [{ check: 'C7', execution: speech.execution, message }];
  });
  const heard = new Set(speeches.map(({ task, attempt }) => `${task} ${attempt}`));
  const unheard = [...accepted].flatMap(([key, execution]): Violation[] => {
    const words = said.get(key)?.said ?? 0;
    return words > 0 && !heard.has(key) ? [{ check: 'C7', execution, message: `Nothing of ${key} is stored` }] : [];
  });
  return [...outside, ...wrong, ...unheard];
}

/** Attempts whose end their own worker has told, and the execution they belong to. */
function acceptedEnds({ frames }: Evidence['dump']): Map<string, string> {
  return new Map(
    frames.flatMap((frame) => {
      const { event, taskExecutionId = '', attempt = 0, executionId } = frame;
      const name = nameOf(frame);
      const ended = name === 'TASK_COMPLETED' || (name === 'TASK_ATTEMPT_FAILED' && isStumble(event));
      return ended ? [[`${taskExecutionId} ${attempt}`, executionId] as const] : [];
    }),
  );
}

function isStumble(event: Evidence['dump']['frames'][number]['event']): boolean {
  return isStateEvent(event) && String((event.data as { error?: unknown }).error).includes('stumbled');
}

/** @param said - how much its worker has said in all, where the end that it told was accepted. */
function faultOf({ words, losses }: StoredSpeech, said: number | undefined): string | undefined {
  let expected = 1;
  let missing = 0;
  let lastMissing = 0;
  const skipTo = (k: number): void => {
    for (; expected < k; expected++) {
      const manner = mannerOf(expected);
      // Neighbouring tokens may have been joined before they were lost: then they were one entry.
      const isJoined = manner === 'token' && lastMissing === expected - 1 && mannerOf(lastMissing) === 'token';
      // Only the newest progress may be kept, when there is too much of it.
      if (manner !== 'progress' && !isJoined) missing += 1;
      lastMissing = expected;
    }
  };
  for (const { k, manner, seq } of words) {
    if (manner !== mannerOf(k)) return `word ${k} is a ${manner} at ${seq}`;
    if (k < expected) return `word ${k} at ${seq} came after word ${expected - 1}`;
    skipTo(k);
    expected = k + 1;
  }
  if (said !== undefined && expected - 1 > said) return `it has said ${said} words, and word ${expected - 1} is stored`;
  if (said !== undefined) skipTo(said + 1);
  return missing > losses ? `at least ${missing} of its entries are missing, and ${losses} are said to be` : undefined;
}
