import { checkLegal } from '@flovyn/events/testing';
import type { Evidence, Fact, Violation } from './evidence.js';
import { groupBy } from './group.js';

const TERMINAL = ['WORKFLOW_COMPLETED', 'WORKFLOW_EXECUTION_FAILED', 'WORKFLOW_CANCELLED'];

/** What opens something in a history, what closes it, and by which id they belong together. */
const LIVES = [
  { id: 'taskExecutionId', opens: 'TASK_SCHEDULED', closes: ['TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED'] },
  { id: 'timerId', opens: 'TIMER_STARTED', closes: ['TIMER_FIRED', 'TIMER_CANCELLED'] },
  { id: 'promiseId', opens: 'PROMISE_CREATED', closes: ['PROMISE_RESOLVED', 'PROMISE_REJECTED', 'PROMISE_TIMEOUT'] },
  {
    id: 'childExecutionId',
    opens: 'CHILD_WORKFLOW_INITIATED',
    closes: ['CHILD_WORKFLOW_COMPLETED', 'CHILD_WORKFLOW_FAILED', 'CHILD_WORKFLOW_CANCELLED'],
  },
] as const;

/** C2: every history and every stream is one that can have happened. */
export function checkLifecycles({ dump }: Evidence): Violation[] {
  const histories = groupBy(dump.facts, ({ execution }) => execution);
  const streams = groupBy(dump.frames, ({ executionId }) => executionId);
  return [
    ...[...histories].flatMap(([execution, facts]) =>
      faultsOf(facts).map((message) => ({ check: 'C2', execution, message })),
    ),
    ...[...streams].flatMap(([execution, frames]) =>
      checkLegal(frames)
        // Output has a check of its own, and so do numbers.
        .filter(({ rule }) => rule !== 'output' && rule !== 'seq')
        .map(({ rule, seq, event, message }) => ({
          check: 'C2',
          execution,
          message: `In its stream, ${event} at ${seq}: ${message} (${rule})`,
        })),
    ),
  ];
}

function faultsOf(facts: readonly Fact[]): string[] {
  const faults: string[] = [];
  const [first] = facts;
  if (first?.type !== 'WORKFLOW_STARTED') faults.push(`Its history begins with ${first?.type}`);
  const phases = new Map<string, 'open' | 'closed'>();
  let end: string | undefined;
  for (const { type, sequence, data } of facts) {
    if (type === 'WORKFLOW_STARTED' && sequence !== 1) faults.push(`It is started again at ${sequence}`);
    if (end !== undefined) faults.push(`${type} at ${sequence} follows ${end}`);
    if (TERMINAL.includes(type)) end = type;
    const life = LIVES.find(({ opens, closes }) => opens === type || (closes as readonly string[]).includes(type));
    if (life === undefined) continue;
    const key = `${life.id} ${String(data[life.id])}`;
    const phase = phases.get(key);
    if (type === life.opens) {
      if (phase !== undefined) faults.push(`${type} at ${sequence}: ${key} is opened twice`);
      phases.set(key, 'open');
    } else {
      if (phase === undefined) faults.push(`${type} at ${sequence}: ${key} was never opened`);
      if (phase === 'closed') faults.push(`${type} at ${sequence}: ${key} is closed twice`);
      phases.set(key, 'closed');
    }
  }
  return faults;
}
