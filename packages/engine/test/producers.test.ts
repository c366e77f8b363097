import { stateEventNames } from '@flovyn/events';
import { expect, test } from 'vitest';
import { notYetProduced, unaccountedFor } from '../../../tooling/testing/accounted-for.js';
import { announce } from '../src/announce.js';
import { producers } from '../src/producers.js';
import { samples } from './support/occurrences.js';
import { tasks, workflows } from './support/states.js';

/** Which occurrences really lead to which news, whatever state the workflow and the task are in. */
const announced = new Map<string, Set<string>>();
for (const workflow of [...Object.values(workflows), { ...workflows.PENDING, startedAt: 1 }]) {
  for (const task of Object.values(tasks)) {
    for (const occurrence of Object.values(samples)) {
      const news = announce({ workflow, task }, occurrence, { workflow, task }, 5);
      if (news === undefined) continue;
      announced.set(news.event, (announced.get(news.event) ?? new Set()).add(occurrence.type));
    }
  }
}

const account = { broken: 'is announced for no occurrence', registry: stateEventNames, excused: notYetProduced() };

test('every event of the contract is a possible result of `announce`, or has a reason not to be', () => {
  expect(unaccountedFor({ ...account, seen: announced.keys() })).toEqual([]);
});

test('an event that lost its producer is noticed', () => {
  const seen = [...announced.keys()].filter((name) => name !== 'WORKFLOW_RESUMED');
  expect(unaccountedFor({ ...account, seen })).toEqual([
    'WORKFLOW_RESUMED is announced for no occurrence: an event that is defined is also produced.',
  ]);
});

test.each(stateEventNames)('%s is announced for what the table of producers says', (name) => {
  expect([...(announced.get(name) ?? [])].toSorted()).toEqual([...producers[name]].toSorted());
});
