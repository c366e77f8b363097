import type { Engine, HandOver, OpenSession, OrgId, WorkerSession } from '@flovyn/engine';
import type { Command, Json, Outcome } from '@flovyn/protocol';

type Activation = Extract<HandOver, { type: 'activation' }>;
type Assignment = Extract<HandOver, { type: 'task' }>;

export interface ScriptedWorker {
  readonly session: WorkerSession;
  readonly resumed: boolean;
  readonly lostTokens: readonly string[];
  /** Everything handed over so far, in order. */
  readonly received: readonly HandOver[];
  /** The next activation, waiting for it. */
  activation(): Promise<Activation>;
  /** The next task, waiting for it. */
  task(): Promise<Assignment>;
  /** The next question, waiting for it. */
  query(): Promise<Extract<HandOver, { type: 'query' }>>;
  /** The next wish that an attempt ends, waiting for it. */
  cancellation(): Promise<Extract<HandOver, { type: 'attempt-cancelled' }>>;
  turn(given: Activation, commands: readonly Command[], outcome: Outcome): Promise<{ sequence: number }>;
  complete(
    given: Assignment,
    output?: unknown,
    expectedSequence?: number,
  ): ReturnType<WorkerSession['completeAttempt']>;
  fail(given: Assignment, error: string, retryable?: boolean): ReturnType<WorkerSession['failAttempt']>;
}

/** A worker whose every move a test makes by hand. */
export async function connectWorker(
  engine: Engine,
  orgId: OrgId,
  options: Partial<OpenSession> = {},
): Promise<ScriptedWorker> {
  const received: HandOver[] = [];
  const taken = { activation: 0, task: 0, 'attempt-cancelled': 0, query: 0 };
  const waiting: (() => void)[] = [];
  const { session, resumed, lostTokens } = await engine.sessions.open({
    orgId,
    workerId: 'worker-1',
    workerName: 'scripted',
    queue: 'default',
    workflowKinds: ['w'],
    taskKinds: ['t'],
    workflowCapacity: 100,
    taskCapacity: 1_000,
    instances: [],
    deliver: (work) => {
      received.push(work);
      for (const wake of waiting.splice(0)) wake();
    },
    ...options,
  });
  const next = async <Type extends HandOver['type']>(type: Type): Promise<Extract<HandOver, { type: Type }>> => {
    for (;;) {
      const found = received.filter((work): work is Extract<HandOver, { type: Type }> => work.type === type)[
        taken[type]
      ];
      if (found !== undefined) {
        taken[type] += 1;
        return found;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  let turns = 0;
  return {
    session,
    resumed,
    lostTokens,
    received,
    activation: () => next('activation'),
    task: () => next('task'),
    query: () => next('query'),
    cancellation: () => next('attempt-cancelled'),
    turn: (given, commands, outcome) => {
      turns += 1;
      const { executionId, token, sequence } = given;
      const turnId = `${session.id}-${turns}`;
      return session.completeTurn({
        executionId,
        token,
        turnId,
        seenSequence: sequence,
        commands,
        outcome,
        speculative: false,
      });
    },
    complete: ({ executionId, taskId, token }, output = null, expectedSequence) =>
      session.completeAttempt({
        executionId,
        taskId,
        token,
        entries: 0,
        lostEntries: 0,
        output: JSON.stringify(output) as Json,
        ...(expectedSequence === undefined ? {} : { speculation: { expectedSequence } }),
      }),
    fail: ({ executionId, taskId, token }, error, retryable = true) =>
      session.failAttempt({
        executionId,
        taskId,
        token,
        entries: 0,
        lostEntries: 0,
        error,
        retryable,
        cancelled: false,
      }),
  };
}
