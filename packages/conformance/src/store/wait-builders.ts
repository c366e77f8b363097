import { randomUUID } from 'node:crypto';
import type { ChildWait, DueTimer, PromiseWait, TimerWait, Wait, WaitWrite, WorkflowState } from '@flovyn/engine';
import { newExecution, newOrg, noon } from './builders.js';

export function aTimer(parts: Partial<TimerWait> = {}): TimerWait {
  return { type: 'timer', key: `timer-${randomUUID()}`, sequence: 1, open: true, dueAt: noon + 60_000, ...parts };
}

export function aPromise(parts: Partial<PromiseWait> = {}): PromiseWait {
  const key = `approval-${randomUUID()}`;
  return {
    type: 'promise',
    key,
    name: key,
    sequence: 1,
    open: true,
    promiseId: randomUUID(),
    ...parts,
  };
}

export function aChild(parts: Partial<ChildWait> = {}): ChildWait {
  return { type: 'child', key: newExecution(), sequence: 1, open: true, name: 'payment', kind: 'pay', ...parts };
}

/** The write of a wait of this workflow. */
export function aWaitWrite({ id, orgId }: WorkflowState, wait: Wait, isNew = true): WaitWrite {
  return { executionId: id, orgId, isNew, wait };
}

export function aDue(parts: Partial<DueTimer> = {}): DueTimer {
  return {
    executionId: newExecution(),
    type: 'timer',
    id: `timer-${randomUUID()}`,
    orgId: newOrg(),
    dueAt: noon,
    ...parts,
  };
}
