import { ServiceError } from '@flovyn/protocol';
import { type Circumstances, type OwnDecision, decided } from '../decision.js';
import type { SettleRequest } from '../engine.js';
import type { PromiseRecord } from '../ports/store.js';
import { waitName } from '../wait/state.js';
import { isTerminalWorkflow } from './state.js';
import { waking } from './waking.js';

/** Settles a promise, once: whoever comes later changes nothing, and is told so. */
export function decideSettling(
  { execution }: Pick<Circumstances, 'execution'>,
  { key, promiseId, name, executionId }: PromiseRecord,
  outcome: SettleRequest['outcome'],
): OwnDecision<{ promiseId: string; already: boolean }> {
  const wait = execution?.waits.get(waitName({ type: 'promise', key }));
  if (wait?.open !== true) return decided({ promiseId, already: true });
  const workflow = execution?.workflow;
  if (workflow === undefined || isTerminalWorkflow(workflow)) {
    throw new ServiceError(
      'FAILED_PRECONDITION',
      `Promise "${name}" cannot be settled: its execution ${executionId} is ${workflow?.status ?? 'gone'}.`,
    );
  }
  const named = { key, promiseId, promiseName: name };
  return decided({ promiseId, already: false }, [
    outcome.type === 'resolved'
      ? { type: 'PROMISE_RESOLVED', ...named, value: outcome.value }
      : { type: 'PROMISE_REJECTED', ...named, error: outcome.error },
    ...waking(execution),
  ]);
}
