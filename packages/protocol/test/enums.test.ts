import { streamEventTypeNumber, streamEventTypes, suspendTypeNumber } from '@flovyn/events';
import { describe, expect, it } from 'vitest';

import { StreamEventType, streamEventTypeToNumber } from '../src/gen/flovyn/v1/task_execution.js';
import { SuspendType, suspendTypeToNumber } from '../src/gen/flovyn/v1/workflow_dispatch.js';
import { toStreamEventType } from '../src/grpc/session.js';

type Words = Readonly<Record<string, number>>;

/** The words of one list that are not, with the same number, in the other: looked at from both sides. */
function outOfStep(contract: Words, protocol: Words): string[] {
  return [...new Set([...Object.keys(contract), ...Object.keys(protocol)])]
    .filter((word) => contract[word] !== protocol[word])
    .map(
      (word) =>
        `${word} is ${contract[word] ?? 'absent'} in the contract and ${protocol[word] ?? 'absent'} in the protocol: ` +
        'the words of both are the same.',
    );
}

/** The words of a generated enum with their numbers. */
function wordsOf<Word extends string>(words: Readonly<Record<string, Word>>, number: (word: Word) => number): Words {
  const known = Object.values(words).filter((word) => word !== 'UNRECOGNIZED');
  return Object.fromEntries(known.map((word) => [word, number(word)]));
}

const suspendTypes = wordsOf(SuspendType, suspendTypeToNumber);
const streamTypes = wordsOf(StreamEventType, streamEventTypeToNumber);

/** The contract's types of stream event as the protocol calls them; the protocol also has a word for none. */
const streamWords: Words = {
  STREAM_EVENT_TYPE_UNSPECIFIED: 0,
  ...Object.fromEntries(streamEventTypes.map((type) => [toStreamEventType(type), streamEventTypeNumber[type]])),
};

describe('the enums of the protocol are those of the contract', () => {
  it('suspend types', () => expect(outOfStep(suspendTypeNumber, suspendTypes)).toEqual([]));
  it('types of stream events', () => expect(outOfStep(streamWords, streamTypes)).toEqual([]));
});

describe('it is noticed when', () => {
  it('the protocol has a word more, or lost one', () => {
    const { SUSPEND_TYPE_TIMER: _, ...others } = suspendTypes;
    expect(outOfStep(suspendTypeNumber, { ...others, SUSPEND_TYPE_EVENT: 6 })).toEqual([
      'SUSPEND_TYPE_TIMER is 3 in the contract and absent in the protocol: the words of both are the same.',
      'SUSPEND_TYPE_EVENT is absent in the contract and 6 in the protocol: the words of both are the same.',
    ]);
  });

  it('a number changed', () => {
    expect(outOfStep(streamWords, { ...streamTypes, TOKEN: 2 })).toEqual([expect.stringContaining('TOKEN is 1')]);
  });
});
