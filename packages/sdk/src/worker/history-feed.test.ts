import type { Activation, SessionEvent } from '@flovyn/protocol/grpc';
import { expect, it } from 'vitest';
import { silent } from '../../test/recorded-execution.js';
import { Replayer } from '../replay/replayer.js';
import { workflow } from '../workflow.js';
import { HistoryFeed } from './history-feed.js';

const ID = '550e8400-e29b-41d4-a716-446655440000';
const definition = workflow<unknown, unknown>({ name: 'flow', run: async () => undefined });

function anActivation(last: number, events: readonly number[]): Activation {
  const told = events.map((sequence): SessionEvent => ({
    sequence,
    eventType: sequence === 1 ? 'WORKFLOW_STARTED' : 'SIGNAL_RECEIVED',
    eventData: Buffer.from('{}'),
    timestampMs: sequence,
  }));
  const identity = { workflowExecutionId: ID, claimToken: 'c', kind: 'flow', orgId: '', queue: '', traceparent: '' };
  const history = { afterSequence: 0, events: told, sequence: last, createdAtMs: 0, input: Buffer.from('1') };
  return { ...identity, ...history, workflowVersion: undefined, parentWorkflowExecutionId: undefined };
}

function aFeed() {
  const asked: unknown[] = [];
  const feed = new HistoryFeed({
    insistence: { request: (_kind, value) => asked.push(value) },
    subject: { workType: 'workflow', executionId: ID, what: 'The flow' },
    createReplayer: (input) => new Replayer({ workflowExecutionId: ID, definition, input, logger: silent }),
  });
  return { feed, asked };
}

it('F.10 a history that is told whole again is read from where the instance stands', async () => {
  const { feed, asked } = aFeed();
  const first = await feed.read(anActivation(2, [1, 2]));
  expect(await feed.read(anActivation(4, [1, 2, 3, 4]))).toBe(first);
  expect([feed.sequence, asked]).toEqual([4, []]);
});

it('a history that ends before what was played is none to go on from', async () => {
  const { feed } = aFeed();
  await feed.read(anActivation(4, [1, 2, 3, 4]));
  await expect(feed.read(anActivation(3, [1, 2, 3]))).rejects.toThrow(
    'The history ends with 3, before what was played: 4',
  );
});
