import { expect, test } from 'vitest';
import type { Json } from '@flovyn/protocol';
import type { ExecutionId, OrgId } from '../ids.js';
import { createTown } from '../memory/neighbours.js';
import type { StreamEntry } from '../ports/store.js';
import { StreamHub } from './streams.js';

const root = '01a1f817-0688-7120-bf83-9ade0946548c' as ExecutionId;
const child = '01a1f817-0688-7120-bf83-9ade0946548d' as ExecutionId;
const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;

const entry = (executionId: ExecutionId, seq: number): StreamEntry => ({
  executionId,
  rootId: root,
  epoch: 'own',
  seq,
  kind: 'state',
  event: '{}' as Json,
  timestampMs: 1,
});

/** The hubs of two processes that hear each other, and what the second's readers are told. */
function twoHubs() {
  const town = createTown();
  const reporter = { error: (message: string) => expect.fail(message) } as unknown as ConstructorParameters<
    typeof StreamHub
  >[1];
  const here = new StreamHub(town.move().neighbours, reporter);
  const there = new StreamHub(town.move().neighbours, reporter);
  const told: (readonly StreamEntry[])[] = [];
  here.subscribeFamily(root, (entries) => told.push(entries));
  there.subscribeFamily(root, (entries) => told.push(entries));
  return { publish: here.publish.bind(here), told };
}

const orgOf = () => orgId;

test('who is alone is shown to those who follow its family, here and elsewhere', () => {
  const { publish, told } = twoHubs();
  publish({ entries: [entry(root, 7)], runs: [], orgOf });
  expect(told).toEqual([[entry(root, 7)], [entry(root, 7)]]);
});

test('R21 of a commit whose answer was lost, nobody takes an own number for one of the family: all look into the log', () => {
  const { publish, told } = twoHubs();
  // The commit began the family: entry 7 may stand anywhere in it.
  publish({ entries: [entry(child, 1), entry(root, 7)], runs: undefined, orgOf });
  expect(told.length).toBeGreaterThan(0);
  expect(told.flat()).toEqual([]);
});
