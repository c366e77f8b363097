import { historyToStream } from '@flovyn/events';
import { StateEventPayload } from '@flovyn/events/schemas';
import { describe, expect, test } from 'vitest';
import { announce } from '../src/announce.js';
import { evolveWorkflow } from '../src/execution/evolve.js';
import type { Occurrence } from '../src/occurrence.js';
import { record } from '../src/record.js';
import { evolveTask } from '../src/task/evolve.js';
import { isWaitOccurrence } from '../src/wait/evolve.js';
import { samples } from './support/occurrences.js';
import { tasks, workflows } from './support/states.js';

/** A state in which each occurrence can happen. */
function before(occurrence: Occurrence) {
  if ('taskId' in occurrence) {
    const task =
      occurrence.type === 'TASK_CREATED'
        ? undefined
        : occurrence.type === 'TASK_REOPENED' || occurrence.type === 'TASK_END_REPORTED'
          ? tasks.FAILED
          : occurrence.type === 'TASK_CLAIMED' || occurrence.type === 'TASK_DUE'
            ? tasks.PENDING
            : tasks.RUNNING;
    return { workflow: workflows.RUNNING, task };
  }
  const workflow =
    occurrence.type === 'WORKFLOW_CREATED'
      ? undefined
      : occurrence.type === 'WORKFLOW_CLAIMED'
        ? workflows.PENDING
        : occurrence.type === 'WORKFLOW_WOKEN'
          ? workflows.WAITING
          : occurrence.type === 'WORKFLOW_REOPENED'
            ? workflows.FAILED
            : workflows.RUNNING;
  return { workflow, task: undefined };
}

function newsOf(occurrence: Occurrence) {
  const was = before(occurrence);
  const is = isWaitOccurrence(occurrence)
    ? was
    : 'taskId' in occurrence
      ? { ...was, task: evolveTask(was.task, occurrence, { now: 5, sequence: 0, from: { epoch: 'e', seq: 0 } }) }
      : { ...was, workflow: evolveWorkflow(was.workflow, occurrence, { now: 5, sequence: 2 }) };
  return { news: announce(was, occurrence, is, 5), fact: record(occurrence, is.task) };
}

describe('the news of each occurrence', () => {
  test.each(Object.values(samples))('$type is what the contract lets a writer write', (occurrence) => {
    const { news } = newsOf(occurrence);
    if (news !== undefined) expect(StateEventPayload.safeParse(news).error).toBeUndefined();
  });

  test.each(Object.values(samples))('$type agrees with the map from facts to news', (occurrence) => {
    const { news, fact } = newsOf(occurrence);
    if (fact !== undefined) expect(news?.event ?? null).toBe(historyToStream[fact.type]);
  });

  test('what has no fact of its own is announced all the same', () => {
    expect(newsOf(samples.WORKFLOW_CLAIMED).news?.event).toBe('WORKFLOW_STARTED');
    expect(newsOf(samples.WORKFLOW_WOKEN).news?.event).toBe('WORKFLOW_RESUMED');
    expect(newsOf(samples.TASK_CLAIMED).news?.event).toBe('TASK_STARTED');
    expect(newsOf(samples.TASK_ATTEMPT_FAILED).news).toMatchObject({
      event: 'TASK_FAILED',
      data: { status: 'PENDING' },
    });
  });

  test('a later claim and a lost worker are nobody’s news', () => {
    const was = { workflow: { ...workflows.PENDING, startedAt: 1 }, task: undefined };
    const is = { workflow: workflows.RUNNING, task: undefined };
    expect(announce(was, samples.WORKFLOW_CLAIMED, is, 5)).toBeUndefined();
    expect(newsOf(samples.WORKFLOW_RELEASED).news).toBeUndefined();
  });
});
