import { expect, test } from 'vitest';
import { toJson } from '@flovyn/protocol';
import { splitCommits } from './specimen.js';

test('the lines of an execution are split where a commit must have ended', () => {
  const types = [
    'WORKFLOW_CREATED',
    'WORKFLOW_STARTED',
    'TASK_CREATED',
    'WORKFLOW_SUSPENDED',
    'TASK_COMPLETED',
    'WORKFLOW_COMPLETED',
  ];
  const commits = splitCommits(types.map((type) => ({ type, json: toJson({}) })));
  expect(commits.map((rows) => rows.map(({ type }) => type))).toEqual([
    ['WORKFLOW_CREATED', 'WORKFLOW_STARTED'],
    ['TASK_CREATED', 'WORKFLOW_SUSPENDED'],
    ['TASK_COMPLETED', 'WORKFLOW_COMPLETED'],
  ]);
});
