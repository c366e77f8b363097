import { bytes, connectRawWorker } from '@flovyn/testing';
import { expect } from 'vitest';
import type { House } from './house.js';

/** Starts a workflow under an id of one's own. Over a session the starter chooses it, so a reader can know it first. */
export async function startWithId({ grpc }: House, id: string, workflowKind: string, input: object): Promise<void> {
  const starter = connectRawWorker({ port: Number(new URL(grpc).port) });
  await starter.next('welcome');
  const request = { orgId: '', workflowKind, input: bytes(input), metadata: {}, queue: '', prioritySeconds: 0 };
  const answer = await starter.ask('startWorkflow', { workflowExecutionId: id, request });
  expect(answer.$case).toBe('accepted');
  await starter.end();
}
