import type { Engine, ExecutionId, TaskId } from '@flovyn/engine';
import { type Json, ServiceError } from '@flovyn/protocol';
import { orgId } from './house.js';

export const input = '{"n":1}' as Json;

/** Starts a workflow of the kind scripted workers know. */
export function start(engine: Engine, more: Partial<Parameters<Engine['startWorkflow']>[0]> = {}) {
  return engine.startWorkflow({ orgId, kind: 'w', input, queue: 'default', ...more });
}

/** Starts a standalone task of the kind scripted workers know. */
export function startTask(engine: Engine, more: Partial<Parameters<Engine['startTask']>[0]> = {}) {
  return engine.startTask({ orgId, kind: 't', input, queue: 'default', ...more });
}

/** The code a request was refused with; `none` when it was not. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return 'none';
  return ServiceError.is(error) ? error.code : `unexpected: ${JSON.stringify(error)}`;
}

/** Names an attempt by what was handed over. */
export function refOf({ executionId, taskId, token }: { executionId: ExecutionId; taskId: TaskId; token: string }) {
  return { executionId, taskId, token };
}

/** A token event as a task sends it. */
export function tokenOf(text: string) {
  return { kind: 'token', event: JSON.stringify({ type: 'token', text }) as Json, timestampMs: 1 } as const;
}

/** The seed to repeat a run with, when one is given. */
export function seed(): { seed?: number } {
  const given = process.env['FLOVYN_TEST_SEED'];
  return given === undefined ? {} : { seed: Number(given) };
}
