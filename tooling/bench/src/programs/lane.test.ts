import { expect, test } from 'vitest';
import { Lane } from './lane.js';

/** A workflow that takes its steps one after the other, as far as it is let. */
function walk(lane: Lane) {
  const walker = { steps: 0 };
  const go = async (): Promise<void> => {
    for (let step = 1; step <= 20; step += 1) {
      await lane.pass(step);
      walker.steps = step;
    }
  };
  void go();
  return walker;
}

test('tasks begin when they are let: so many at a time, in the end all', async () => {
  const lane = new Lane(5);
  const walker = walk(lane);
  await lane.arrived();
  expect(walker.steps).toBe(4);
  expect(await lane.take(1)).toBeGreaterThanOrEqual(0);
  expect(walker.steps).toBe(5);
  await lane.take(10);
  expect(walker.steps).toBe(15);
  lane.open();
  await expect.poll(() => walker.steps).toBe(20);
});
