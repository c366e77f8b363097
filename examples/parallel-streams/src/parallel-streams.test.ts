import { TaskCancelled, TaskFailed } from '@flovyn/sdk';
import { MockTaskContext, MockWorkflowContext } from '@flovyn/sdk/testing';
import { expect, test } from 'vitest';
import { narrate, parallelStreams } from './parallel-streams.js';
import { STORIES } from './stories.js';

/** Fast enough that a timer of a millisecond is the longest wait. */
const FAST = 1_000_000;

test('the streamed words are the story, and its progress ends at 1', async () => {
  const ctx = new MockTaskContext();
  const text = await narrate.run(ctx, { story: 'river', words_per_second: FAST });
  expect(text).toBe(STORIES.river);
  expect(ctx.streamedTokens.join('')).toBe(STORIES.river);
  expect(ctx.progressUpdates).toHaveLength(ctx.streamedTokens.length);
  expect(ctx.progressUpdates.at(-1)).toBe(1);
});

test('both stories are scheduled and both are in the result', async () => {
  const ctx = new MockWorkflowContext();
  ctx.mockTaskResult(narrate, STORIES.river);
  ctx.mockTaskResult(narrate, STORIES.road);
  expect(await parallelStreams.run(ctx, {})).toEqual(STORIES);
  expect(ctx.executedTasks.map(({ input }) => input)).toEqual([
    { story: 'river', words_per_second: 12 },
    { story: 'road', words_per_second: 12 },
  ]);
});

test('a cancelled narrator falls silent', async () => {
  const ctx = new MockTaskContext();
  ctx.markCancelled();
  await expect(narrate.run(ctx, { story: 'road', words_per_second: FAST })).rejects.toBeInstanceOf(TaskCancelled);
  expect(ctx.streamedTokens).toEqual([]);
});

test('a speed that cannot be is refused', async () => {
  const run = narrate.run(new MockTaskContext(), { story: 'road', words_per_second: 0 });
  await expect(run).rejects.toBeInstanceOf(TaskFailed);
});
