import { expect, test } from 'vitest';
import { toJson } from '@flovyn/protocol';
import { splitCommits } from './specimen.js';

const start = ['WORKFLOW_CREATED', 'WORKFLOW_STARTED'];

test.each([
  {
    name: 'with a task',
    commits: [
      start,
      ['TASK_CREATED', 'WORKFLOW_SUSPENDED'],
      ['TASK_COMPLETED', 'WORKFLOW_RESUMED', 'WORKFLOW_COMPLETED'],
    ],
  },
  {
    name: 'with a timer',
    commits: [
      start,
      ['TIMER_STARTED', 'WORKFLOW_SUSPENDED'],
      ['TIMER_FIRED', 'WORKFLOW_RESUMED'],
      ['WORKFLOW_COMPLETED'],
    ],
  },
])('the lines of an execution $name are split where a commit must have ended', ({ commits }) => {
  const lines = commits.flat().map((type) => ({ type, json: toJson({}) }));
  expect(splitCommits(lines).map((rows) => rows.map(({ type }) => type))).toEqual(commits);
});
