import { expect, test } from 'vitest';
import type { ExecutionId, OrgId } from '../ids.js';
import type { ReadyWork } from '../ports/store.js';
import { Shelf } from './shelf.js';
import type { Queue } from './waiting-lines.js';

const queue: Queue = { orgId: 'o' as OrgId, queue: 'q', type: 'workflow' };
const anything = (): boolean => true;

function work(score: number, kind = 'w'): ReadyWork {
  const id = `${kind}${score}`;
  return { ...queue, id, executionId: id as ExecutionId, kind, score };
}

function takeAll(shelf: Shelf): string[] {
  const ids: string[] = [];
  for (let one = shelf.take(queue, anything); one !== undefined; one = shelf.take(queue, anything)) ids.push(one.id);
  return ids;
}

test('gives in order, and only what is accepted', () => {
  const shelf = new Shelf();
  shelf.put(queue, [work(1, 'a'), work(3, 'b')], true, 0);
  shelf.put(queue, [work(2, 'b')], true, 1);
  expect(shelf.take(queue, (kind) => kind === 'b')?.id).toBe('b2');
  expect(shelf.take({ ...queue, type: 'task' }, anything)).toBeUndefined();
  expect(takeAll(shelf)).toEqual(['a1', 'b3']);
  expect(shelf.queues()).toEqual([]);
});

test('asks for no more than there is room for, until one look follows the other', () => {
  const shelf = new Shelf();
  expect(shelf.wanted(queue, 1)).toBe(1);
  const wanted: number[] = [];
  for (let look = 0; look < 6; look += 1) {
    shelf.put(queue, [], false, look * 10);
    wanted.push(shelf.wanted(queue, 1));
  }
  expect(wanted).toEqual([1, 9, 17, 33, 65, 65]);
});

test('asks for no more where there was no more, or where nobody was in a hurry', () => {
  const shelf = new Shelf();
  shelf.put(queue, [], false, 0);
  shelf.put(queue, [], true, 10);
  shelf.put(queue, [], false, 80);
  expect(shelf.wanted(queue, 1)).toBe(1);
});

test('what nobody comes for is not kept, and less is asked for then', () => {
  const shelf = new Shelf();
  for (const now of [0, 10]) shelf.put(queue, [work(now)], false, now);
  expect(shelf.expiresAt).toBe(110);
  expect(shelf.takeExpired(109)).toEqual([]);
  expect(shelf.takeExpired(110).map(({ id }) => id)).toEqual(['w0', 'w10']);
  expect([shelf.wanted(queue, 1), shelf.expiresAt]).toEqual([1, Number.POSITIVE_INFINITY]);
});
