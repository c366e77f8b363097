import type { Milestone } from '@flovyn/engine';
import type { Registry } from 'prom-client';
import { type Described, type Labels, addCounter, countsOf } from './numbers.js';

/** What the milestones of the engine are counted in. */
const counters = {
  workflowsStarted: {
    name: 'flovyn_workflow_executions_started_total',
    help: 'Workflow executions that were started, children included.',
  },
  workflowsEnded: {
    name: 'flovyn_workflow_executions_ended_total',
    help: 'Workflow executions that ended, by status.',
    labelNames: ['status'],
  },
  workflowsReopened: {
    name: 'flovyn_workflow_executions_reopened_total',
    help: 'Failed workflow executions that were opened again by a retry.',
  },
  tasksCreated: {
    name: 'flovyn_task_executions_created_total',
    help: 'Tasks that were created, standalone ones and those of workflows.',
  },
  tasksEnded: {
    name: 'flovyn_task_executions_ended_total',
    help: 'Tasks that ended, by status.',
    labelNames: ['status'],
  },
  tasksReopened: {
    name: 'flovyn_task_executions_reopened_total',
    help: 'Failed standalone tasks that were opened again by a retry.',
  },
  attemptsEnded: {
    name: 'flovyn_task_attempts_ended_total',
    help: 'Attempts of tasks that ended, by outcome; lost: its worker was silent for too long, released: handed back to be made again.',
    labelNames: ['outcome'],
  },
  handedOver: {
    name: 'flovyn_work_handed_over_total',
    help: 'Workflow turns and task attempts that were given to workers, by the door the worker came through.',
    labelNames: ['type', 'door'],
  },
  turnsReleased: {
    name: 'flovyn_turns_released_total',
    help: 'Workflow turns that were handed back, or taken from a worker that was silent for too long.',
  },
  signals: {
    name: 'flovyn_signals_received_total',
    help: 'Signals that were recorded in workflow executions.',
  },
  promisesCreated: {
    name: 'flovyn_promises_created_total',
    help: 'Promises that workflow executions made.',
  },
  promisesSettled: {
    name: 'flovyn_promises_settled_total',
    help: 'Promises that were settled, by outcome.',
    labelNames: ['outcome'],
  },
} as const satisfies Readonly<Record<string, Described>>;

/** Where each milestone is counted. One without a place does not compile. */
export const places: Readonly<Record<Milestone, readonly [counter: keyof typeof counters, labels?: Labels]>> = {
  'workflow started': ['workflowsStarted'],
  'workflow completed': ['workflowsEnded', { status: 'completed' }],
  'workflow failed': ['workflowsEnded', { status: 'failed' }],
  'workflow cancelled': ['workflowsEnded', { status: 'cancelled' }],
  'workflow reopened': ['workflowsReopened'],
  'turn given to session': ['handedOver', { type: 'turn', door: 'session' }],
  'turn given to poll': ['handedOver', { type: 'turn', door: 'poll' }],
  'turn released': ['turnsReleased'],
  'task created': ['tasksCreated'],
  'task completed': ['tasksEnded', { status: 'completed' }],
  'task failed': ['tasksEnded', { status: 'failed' }],
  'task cancelled': ['tasksEnded', { status: 'cancelled' }],
  'task reopened': ['tasksReopened'],
  'task given to session': ['handedOver', { type: 'attempt', door: 'session' }],
  'task given to poll': ['handedOver', { type: 'attempt', door: 'poll' }],
  'attempt completed': ['attemptsEnded', { outcome: 'completed' }],
  'attempt failed': ['attemptsEnded', { outcome: 'failed' }],
  'attempt timed out': ['attemptsEnded', { outcome: 'timed_out' }],
  'attempt cancelled': ['attemptsEnded', { outcome: 'cancelled' }],
  'attempt lost': ['attemptsEnded', { outcome: 'lost' }],
  'attempt released': ['attemptsEnded', { outcome: 'released' }],
  'signal received': ['signals'],
  'promise created': ['promisesCreated'],
  'promise resolved': ['promisesSettled', { outcome: 'resolved' }],
  'promise rejected': ['promisesSettled', { outcome: 'rejected' }],
  'promise timed out': ['promisesSettled', { outcome: 'timed_out' }],
};

/** Counters of all milestones. Answers with the numbers behind them, to be added to. */
export function addMilestones(registry: Registry): Record<Milestone, number> {
  const counts = countsOf(Object.keys(places) as Milestone[]);
  for (const [key, described] of Object.entries(counters)) {
    const own = Object.entries(places).flatMap(([milestone, [counter, labels]]) =>
      counter === key ? [{ milestone: milestone as Milestone, labels }] : [],
    );
    addCounter(registry, described, () => own.map(({ milestone, labels }) => [counts[milestone], labels]));
  }
  return counts;
}
