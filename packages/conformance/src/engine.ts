import type { Engine, ExecutionId, OrgId, Store, TaskId } from '@flovyn/engine';
import { manualClock } from '@flovyn/engine/memory';
import { type Json, ServiceError } from '@flovyn/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completed, newTaskId, schedule, waiting } from './support/commands.js';
import { type Fault, flakyStore } from './support/flaky-store.js';
import { type House, openHouse, orgId } from './support/house.js';
import { connectWorker } from './support/worker.js';

const input = '{"n":1}' as Json;

function start(engine: Engine, more: Partial<Parameters<Engine['startWorkflow']>[0]> = {}) {
  return engine.startWorkflow({ orgId, kind: 'w', input, queue: 'default', ...more });
}

function startTask(engine: Engine, more: Partial<Parameters<Engine['startTask']>[0]> = {}) {
  return engine.startTask({ orgId, kind: 't', input, queue: 'default', ...more });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return 'none';
  return ServiceError.is(error) ? error.code : `unexpected: ${String(error)}`;
}

/** An empty database, which any number of server processes may open. */
export interface TestDatabase {
  open(): Promise<Store>;
  drop(): Promise<void>;
}

/**
 * The promises of the engine on a store: what a worker and a caller may rely on, whichever adapter keeps the rows.
 * `makeDatabase` gives an empty one each time.
 */
export function engineConformance(name: string, makeDatabase: () => Promise<TestDatabase>): void {
  const withHouses = async (
    stores: number,
    body: (a: House, b: House) => Promise<void>,
    plan: readonly Fault[] = [],
  ) => {
    const database = await makeDatabase();
    const clock = manualClock();
    const opened = await Promise.all(Array.from({ length: stores }, () => database.open()));
    const houses = opened.map((store) => openHouse(flakyStore(store, plan), {}, clock));
    try {
      await body(houses[0] as House, houses.at(-1) as House);
    } finally {
      await Promise.all(houses.map((house) => house.engine.close()));
      await Promise.all(opened.map((store) => store.close()));
      await database.drop();
    }
  };
  const withHouse = (body: (house: House) => Promise<void>): Promise<void> => withHouses(1, body);

  describe(`engine on ${name}: a workflow`, () => {
    test('goes from start to completion over one task, and says so in order', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const first = await worker.activation();
        expect(first).toMatchObject({ executionId: id, input, afterSequence: 0, sequence: 1 });
        await worker.turn(first, [schedule()], waiting);
        const task = await worker.task();
        expect(task).toMatchObject({ workflowExecutionId: id, attempt: 1, input: '{}' });
        await worker.complete(task, { ok: true });
        const second = await worker.activation();
        expect(second.events.map((event) => event.type)).toEqual([
          'TASK_SCHEDULED',
          'WORKFLOW_SUSPENDED',
          'TASK_COMPLETED',
        ]);
        await worker.turn(second, [], completed('done'));

        expect(await house.facts(id)).toEqual([
          'WORKFLOW_STARTED',
          'TASK_SCHEDULED',
          'WORKFLOW_SUSPENDED',
          'TASK_COMPLETED',
          'WORKFLOW_COMPLETED',
        ]);
        expect(await house.news(id)).toEqual([
          'WORKFLOW_CREATED',
          'WORKFLOW_STARTED',
          'TASK_CREATED',
          'TASK_STARTED',
          'WORKFLOW_SUSPENDED',
          'TASK_COMPLETED',
          'WORKFLOW_RESUMED',
          'WORKFLOW_COMPLETED',
        ]);
        await house.assertSound(id);
        const record = await house.store.queries.workflow(orgId, id);
        expect(record?.workflow).toMatchObject({ status: 'COMPLETED', output: '"done"' });
      }));

    test('R12 waits for a worker that can do it, and is found without any hint', () =>
      withHouse(async (house) => {
        const { id } = await start(house.engine);
        const other = await connectWorker(house.engine, orgId, { workflowKinds: ['other'] });
        await house.engine.loops.dispatch.tick();
        expect(other.received).toEqual([]);
        const able = await connectWorker(house.engine, orgId);
        await house.engine.loops.dispatch.tick();
        expect((await able.activation()).executionId).toBe(id);
      }));

    test('a worker without room gets no more than it takes, and the rest when it has room again', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId, { workflowCapacity: 1 });
        for (let n = 0; n < 3; n += 1) await start(house.engine);
        for (let n = 1; n <= 3; n += 1) {
          await house.engine.loops.dispatch.tick();
          const activation = await worker.activation();
          expect(worker.received.length).toBe(n);
          await worker.turn(activation, [], completed());
        }
      }));

    test('R03 a repeated turn is stored once and answered as the first time', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const { executionId, token, sequence } = await worker.activation();
        const turn = {
          executionId,
          token,
          turnId: 'once',
          seenSequence: sequence,
          commands: [schedule()],
          outcome: waiting,
          speculative: false,
        };
        const [a, b] = await Promise.all([worker.session.completeTurn(turn), worker.session.completeTurn(turn)]);
        expect(b).toEqual(a);
        expect(await worker.session.completeTurn(turn)).toEqual(a);
        expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED', 'TASK_SCHEDULED', 'WORKFLOW_SUSPENDED']);
        expect(await refusal(worker.session.completeTurn({ ...turn, turnId: 'another' }))).toBe('LEASE_LOST');
        await house.assertSound(id);
      }));

    test('R11 a result that comes while the worker thinks is never slept over', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [schedule(), schedule()], waiting);
        const [a, b] = [await worker.task(), await worker.task()];
        await worker.complete(a);
        const second = await worker.activation();
        await worker.complete(b);
        await worker.turn(second, [], waiting);
        const third = await worker.activation();
        expect(third.events.at(-1)?.type).toBe('WORKFLOW_SUSPENDED');
        expect(third.events.map((event) => event.type)).toContain('TASK_COMPLETED');
        await worker.turn(third, [], completed());
        expect((await house.news(id)).filter((event) => event === 'WORKFLOW_RESUMED')).toHaveLength(2);
        await house.assertSound(id);
      }));

    test.each([5, 50, 500])('R01 of %i tasks that finish together none is lost', (count) =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const commands = Array.from({ length: count }, () => schedule());
        await worker.turn(await worker.activation(), commands, waiting);
        const tasks = await Promise.all(Array.from({ length: count }, () => worker.task()));
        await Promise.all(tasks.map((task, index) => worker.complete(task, index)));
        for (let done = 0; done < count;) {
          const activation = await worker.activation();
          const seen = (await house.history(id)).filter(
            ({ type, sequence }) => type === 'TASK_COMPLETED' && sequence <= activation.sequence,
          );
          done = seen.length;
          await worker.turn(activation, [], done === count ? completed() : waiting);
        }
        const facts = await house.facts(id);
        expect(facts.filter((fact) => fact === 'TASK_COMPLETED')).toHaveLength(count);
        expect(facts.at(-1)).toBe('WORKFLOW_COMPLETED');
        await house.assertSound(id);
      }),
    );

    test('operations and state become facts and news, in the order of the commands', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(
          await worker.activation(),
          [
            { type: 'RECORD_OPERATION', operationName: 'op', result: '{"a":1}' as Json },
            { type: 'SET_STATE', key: 'k', value: '[1,2]' as Json },
            { type: 'SET_STATE', key: 'gone', value: '1' as Json },
            { type: 'CLEAR_STATE', key: 'gone' },
          ],
          completed(),
        );
        expect((await house.store.queries.state(orgId, id))?.values).toEqual(new Map([['k', '[1,2]']]));
        expect((await house.news(id)).slice(2)).toEqual([
          'OPERATION_COMPLETED',
          'STATE_SET',
          'STATE_SET',
          'STATE_CLEARED',
          'WORKFLOW_COMPLETED',
        ]);
      }));

    test('a command the server does not know how to carry out refuses the turn whole', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const given = await worker.activation();
        const turn = worker.turn(given, [schedule(), { type: 'START_TIMER', timerId: 'x', durationMs: 1 }], waiting);
        expect(await refusal(turn)).toBe('UNIMPLEMENTED');
        expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED']);
        await worker.turn(given, [], { type: 'FAILED', error: 'no timers', stackTrace: '', failureType: 'ERROR' });
        expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED', 'WORKFLOW_EXECUTION_FAILED']);
        await house.assertSound(id);
      }));

    test('more open tasks than the limit are refused, with the limit in the error', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId, { taskCapacity: 0 });
        await start(house.engine);
        const given = await worker.activation();
        const many = Array.from({ length: 2_001 }, () => schedule());
        expect(await refusal(worker.turn(given, many, waiting))).toBe('RESOURCE_EXHAUSTED');
        await worker.turn(given, many.slice(1), waiting);
      }));

    test('a task that outlives its workflow ends without a word in the closed stream', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const given = await worker.activation();
        const command = schedule();
        await worker.turn(given, [command], completed());
        const task = await worker.task();
        const { executionId, taskId, token } = task;
        const stored = await worker.session.appendEntries({
          executionId,
          taskId,
          token,
          first: 0,
          output: [token0('late')],
        });
        expect(stored).toEqual({ stored: 1 });
        await worker.complete(task, 'late');
        expect((await house.news(id)).at(-1)).toBe('WORKFLOW_COMPLETED');
        const record = await house.store.queries.task(orgId, taskId);
        expect(record?.task).toMatchObject({ status: 'COMPLETED', output: '"late"' });
        await house.assertSound(id);
      }));
  });

  describe(`engine on ${name}: a task attempt`, () => {
    test('is tried again as often as its policy says, then fails for good', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        await worker.turn(await worker.activation(), [schedule({ retry: { maxRetries: 2 } })], waiting);
        for (let attempt = 1; attempt <= 3; attempt += 1) {
          const task = await worker.task();
          expect(task.attempt).toBe(attempt);
          await worker.fail(task, `attempt ${attempt} failed`);
        }
        expect((await worker.activation()).events.at(-1)).toMatchObject({ type: 'TASK_FAILED' });
        const failed = (await house.frames(id)).flatMap(({ event }) =>
          event.type === 'Event' && event.event === 'TASK_FAILED' ? [event.data.status] : [],
        );
        expect(failed).toEqual(['PENDING', 'PENDING', 'FAILED']);
        const [record] = (await house.store.queries.tasksOf(orgId, id)) ?? [];
        expect(record?.task).toMatchObject({ status: 'FAILED', executionCount: 3, error: 'attempt 3 failed' });
        const attempts = await house.store.queries.attempts(orgId, record?.task.id as TaskId);
        expect(attempts.map(({ attempt, error }) => [attempt, error])).toEqual([
          [1, 'attempt 1 failed'],
          [2, 'attempt 2 failed'],
        ]);
        await house.assertSound(id);
      }));

    test('R13 is not made again before its delay has passed', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine, { retry: { maxRetries: 1, initialDelayMs: 5_000 } });
        await worker.fail(await worker.task(), 'not yet');
        house.clock.advance(4_999);
        await house.engine.loops.timers.tick();
        expect(worker.received).toHaveLength(1);
        house.clock.advance(1);
        await house.engine.loops.timers.tick();
        await worker.complete(await worker.task());
        await house.assertSound(id);
      }));

    test('that cannot succeed is not tried again', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine);
        await worker.fail(await worker.task(), 'bad input', false);
        expect(await house.news(id)).toEqual(['TASK_CREATED', 'TASK_STARTED', 'TASK_FAILED']);
      }));

    test('R18 streams in order: repeats are passed over, a hole is refused, what is missing at the end is said', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine);
        const { executionId, taskId, token } = await worker.task();
        const ref = { executionId, taskId, token };
        const { session } = worker;
        expect(await session.appendEntries({ ...ref, first: 0, output: [token0('a'), token0('b')] })).toEqual({
          stored: 2,
        });
        expect(await session.appendEntries({ ...ref, first: 1, output: [token0('b'), token0('c')] })).toEqual({
          stored: 3,
        });
        expect(await refusal(session.appendEntries({ ...ref, first: 5, output: [token0('x')] }))).toBe(
          'FAILED_PRECONDITION',
        );
        await session.completeAttempt({ ...ref, entries: 5, output: 'null' as Json });
        const events = (await house.frames(id)).map(({ event }) => event);
        expect(events.flatMap((event) => (event.type === 'token' ? [event.text] : []))).toEqual(['a', 'b', 'c']);
        expect(events.at(-2)).toMatchObject({ type: 'error', code: 'STREAM_LOSS' });
        expect(await refusal(session.appendEntries({ ...ref, first: 0, output: [token0('again')] }))).toBe('none');
        expect(await house.news(id)).toHaveLength(7);
        await house.assertSound(id);
      }));

    test('shows progress, logs and heartbeats to those who read', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine);
        const { executionId, taskId, token } = await worker.task();
        const ref = { executionId, taskId, token };
        await worker.session.appendEntries({
          ...ref,
          first: 0,
          output: [
            {
              kind: 'progress',
              event: '{"type":"progress","progress":0.5,"details":"half"}' as Json,
              timestampMs: house.clock.now(),
              progress: 0.5,
              details: 'half',
            },
          ],
        });
        await worker.session.log({ ...ref, level: 'INFO', message: 'hello', timestampMs: house.clock.now() });
        house.clock.advance(5);
        await worker.session.heartbeatAttempt(ref);
        const record = await house.store.queries.task(orgId, id as string as TaskId);
        expect(record?.task).toMatchObject({
          progress: 0.5,
          progressDetails: 'half',
          lastHeartbeatAt: house.clock.now(),
        });
        const logs = await house.store.queries.logs(orgId, taskId, { limit: 10, offset: 0 });
        expect(logs.rows.map(({ level, message, attempt }) => [level, message, attempt])).toEqual([
          ['INFO', 'hello', 1],
        ]);
      }));
  });

  describe(`engine on ${name}: leases`, () => {
    test('R09 an attempt whose lease ended changes nothing any more', () =>
      withHouse(async (house) => {
        const a = await connectWorker(house.engine, orgId, { workerId: 'a', workflowKinds: [] });
        const { id } = await startTask(house.engine);
        const task = await a.task();
        house.clock.advance(30_001);
        const b = await connectWorker(house.engine, orgId, { workerId: 'b', workflowKinds: [] });
        await house.engine.loops.leases.tick();
        const again = await b.task();
        expect(again.attempt).toBe(2);
        const { executionId, taskId, token } = task;
        expect(await refusal(a.complete(task))).toBe('LEASE_LOST');
        expect(await refusal(a.session.heartbeatAttempt({ executionId, taskId, token }))).toBe('LEASE_LOST');
        const late = a.session.appendEntries({ executionId, taskId, token, first: 0, output: [token0('late')] });
        expect(await refusal(late)).toBe('LEASE_LOST');
        await b.complete(again, 'b');
        expect(await house.news(id)).toEqual([
          'TASK_CREATED',
          'TASK_STARTED',
          'TASK_FAILED',
          'TASK_STARTED',
          'TASK_COMPLETED',
        ]);
        await house.assertSound(id);
      }));

    test('R08 a turn whose worker died goes to another one, from the beginning', () =>
      withHouse(async (house) => {
        const a = await connectWorker(house.engine, orgId, { workerId: 'a' });
        const { id } = await start(house.engine);
        const given = await a.activation();
        house.clock.advance(30_001);
        const b = await connectWorker(house.engine, orgId, { workerId: 'b' });
        await house.engine.loops.leases.tick();
        const again = await b.activation();
        expect(again).toMatchObject({ executionId: id, afterSequence: 0, input });
        expect(await refusal(a.turn(given, [], completed()))).toBe('LEASE_LOST');
        await b.turn(again, [], completed());
        expect(await house.news(id)).toEqual(['WORKFLOW_CREATED', 'WORKFLOW_STARTED', 'WORKFLOW_COMPLETED']);
      }));

    test('a session that connects again keeps what it still has, and what it never got goes round', () =>
      withHouse(async (house) => {
        const a = await connectWorker(house.engine, orgId);
        const first = await startTask(house.engine);
        await startTask(house.engine);
        const kept = await a.task();
        const lost = await a.task();
        a.session.disconnected();
        const { executionId, taskId, token } = kept;
        const b = await connectWorker(house.engine, orgId, {
          resume: {
            sessionId: a.session.id,
            turns: [],
            attempts: [
              { executionId, taskId, token },
              { executionId, taskId, token: 'old' },
            ],
          },
        });
        expect(b.resumed).toBe(true);
        expect(b.lostTokens).toEqual(['old']);
        await b.complete(kept);
        await house.engine.loops.dispatch.tick();
        const again = await b.task();
        expect(again).toMatchObject({ taskId: lost.taskId, attempt: 2 });
        await b.complete(again);
        await house.assertSound(first.id);
      }));

    test('after a restart of the server a worker goes on where it was', () =>
      withHouses(2, async (before, after) => {
        const a = await connectWorker(before.engine, orgId);
        const { id } = await start(before.engine);
        await a.turn(await a.activation(), [schedule(), schedule()], waiting);
        const [task, orphan] = [await a.task(), await a.task()];
        await a.session.appendEntries({ ...refOf(task), first: 0, output: [token0('one')] });
        await before.engine.close();

        const b = await connectWorker(after.engine, orgId, {
          resume: { sessionId: a.session.id, turns: [], attempts: [refOf(task)] },
        });
        expect(b.resumed).toBe(true);
        const entries = { ...refOf(task), first: 0, output: [token0('one'), token0('two')] };
        expect(await b.session.appendEntries(entries)).toEqual({ stored: 2 });
        await b.complete(task);
        await after.engine.loops.dispatch.tick();
        const again = await b.task();
        expect(again.taskId).toBe(orphan.taskId);
        await b.complete(again);
        await after.assertSound(id);
      }));
  });

  describe(`engine on ${name}: speculation`, () => {
    test('a result that its worker has gone on with is one change, without an activation', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        let { sequence } = await worker.turn(await worker.activation(), [schedule()], waiting);
        for (let step = 1; step <= 5; step += 1) {
          const task = await worker.task();
          const seen = sequence + 1;
          const ended = worker.complete(task, step, seen);
          const outcome = step === 5 ? completed(step) : waiting;
          const turn = worker.session.completeTurn({
            executionId: id,
            token: '',
            turnId: `s${step}`,
            seenSequence: seen,
            commands: step === 5 ? [] : [schedule()],
            outcome,
            speculative: true,
          });
          expect(await ended).toEqual({ sequence: seen, speculationHeld: true });
          ({ sequence } = await turn);
        }
        expect(worker.received.filter((work) => work.type === 'activation')).toHaveLength(1);
        const news = await house.news(id);
        expect(news.filter((event) => event === 'WORKFLOW_RESUMED')).toHaveLength(5);
        await house.assertSound(id);
      }));

    test('several results of one moment make one turn', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const commands = [schedule(), schedule(), schedule()];
        const { sequence } = await worker.turn(await worker.activation(), commands, waiting);
        const tasks = [await worker.task(), await worker.task(), await worker.task()];
        const ends = tasks.map((task, index) => worker.complete(task, index, sequence + 1 + index));
        const turn = worker.session.completeTurn({
          executionId: id,
          token: '',
          turnId: 'all',
          seenSequence: sequence + 3,
          commands: [],
          outcome: completed(),
          speculative: true,
        });
        for (const end of ends) expect(await end).toMatchObject({ speculationHeld: true });
        await turn;
        await house.assertSound(id);
      }));

    test('a guess that missed keeps the result, refuses the turn, and the true history comes', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const other = await connectWorker(house.engine, orgId, {
          workerId: 'other',
          workflowKinds: [],
          taskKinds: ['u'],
        });
        const { id } = await start(house.engine);
        const commands = [schedule(), schedule({ kind: 'u' })];
        const { sequence } = await worker.turn(await worker.activation(), commands, waiting);
        const [mine, theirs] = [await worker.task(), await other.task()];
        await other.complete(theirs);
        await worker.activation();
        const end = worker.complete(mine, 1, sequence + 1);
        const turn = worker.session.completeTurn({
          executionId: id,
          token: '',
          turnId: 'guess',
          seenSequence: sequence + 1,
          commands: [schedule()],
          outcome: waiting,
          speculative: true,
        });
        expect(await end).toMatchObject({ speculationHeld: false, sequence: sequence + 2 });
        expect(await refusal(turn)).toBe('SPECULATION_MISSED');
        expect((await house.facts(id)).filter((fact) => fact === 'TASK_COMPLETED')).toHaveLength(2);
        expect((await house.facts(id)).filter((fact) => fact === 'TASK_SCHEDULED')).toHaveLength(2);
        await house.assertSound(id);
      }));

    test('a guess whose turn never comes goes round when the lease ends', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        await start(house.engine);
        const { sequence } = await worker.turn(await worker.activation(), [schedule()], waiting);
        await worker.complete(await worker.task(), 1, sequence + 1);
        house.clock.advance(30_001);
        const next = await connectWorker(house.engine, orgId, { workerId: 'next' });
        await house.engine.loops.leases.tick();
        expect(await next.activation()).toMatchObject({ afterSequence: 0 });
      }));
  });

  describe(`engine on ${name}: callers`, () => {
    test('R29 a hundred starts with one key are one execution', () =>
      withHouse(async (house) => {
        const idempotency = { key: `order-${newTaskId()}`, ttlSeconds: 60 };
        const started = await Promise.all(Array.from({ length: 100 }, () => start(house.engine, { idempotency })));
        expect(new Set(started.map(({ id }) => id)).size).toBe(1);
        expect(started.filter(({ created }) => created)).toHaveLength(1);
        house.clock.advance(60_001);
        expect((await start(house.engine, { idempotency })).created).toBe(true);
      }));

    test('the key of a failed execution may start anew, the key of a completed one not', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const idempotency = { key: `job-${newTaskId()}`, ttlSeconds: 60 };
        await start(house.engine, { idempotency });
        const failed = { type: 'FAILED', error: 'x', stackTrace: '', failureType: 'ERROR' } as const;
        await worker.turn(await worker.activation(), [], failed);
        expect((await start(house.engine, { idempotency })).created).toBe(true);
        await worker.turn(await worker.activation(), [], completed());
        expect((await start(house.engine, { idempotency })).created).toBe(false);
      }));

    test('R05 a start repeated with its own id is one execution', () =>
      withHouse(async (house) => {
        const id = newTaskId() as string as ExecutionId;
        const started = await Promise.all([
          start(house.engine, { id }),
          start(house.engine, { id }),
          start(house.engine, { id }),
        ]);
        expect(started.filter(({ created }) => created)).toHaveLength(1);
        const foreign = '11111111-e29b-41d4-a716-446655440000' as OrgId;
        expect(await refusal(start(house.engine, { id, orgId: foreign }))).toMatch(/ALREADY_EXISTS|ABORTED/);
      }));

    test('a standalone task is cancelled, retried and deleted only where that makes sense', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await startTask(house.engine, { retry: { maxRetries: 0 } });
        const taskId = id as string as TaskId;
        const running = await worker.task();
        expect(await refusal(house.engine.deleteTask({ orgId, id: taskId }))).toBe('INVALID_ARGUMENT');
        expect(await refusal(house.engine.retryTask({ orgId, id: taskId, note: '' }))).toBe('FAILED_PRECONDITION');
        await worker.fail(running, 'no');
        await house.engine.retryTask({ orgId, id: taskId, note: 'again' });
        const again = await worker.task();
        await house.engine.cancelTask({ orgId, id: taskId, reason: 'enough' });
        expect(await worker.cancellation()).toMatchObject({ taskId, token: again.token, reason: 'enough' });
        expect(await refusal(worker.complete(again))).toBe('LEASE_LOST');
        expect(await refusal(house.engine.cancelTask({ orgId, id: taskId, reason: '' }))).toBe('FAILED_PRECONDITION');
        expect(await house.news(id)).toEqual([
          'TASK_CREATED',
          'TASK_STARTED',
          'TASK_FAILED',
          'RETRY_REQUESTED',
          'TASK_STARTED',
          'TASK_CANCELLED',
        ]);
        await house.assertSound(id);

        await worker.session.close();
        const waitingTask = await startTask(house.engine);
        await house.engine.deleteTask({ orgId, id: waitingTask.id as string as TaskId });
        expect(await house.store.queries.task(orgId, waitingTask.id as string as TaskId)).toBeUndefined();
        expect(await house.store.streams.head(orgId, waitingTask.id)).toBeUndefined();
      }));

    test('a task put off is not given out before its time', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        await startTask(house.engine, { scheduledAt: house.clock.now() + 1_000 });
        await house.engine.loops.dispatch.tick();
        expect(worker.received).toEqual([]);
        house.clock.advance(1_000);
        await house.engine.loops.timers.tick();
        await worker.complete(await worker.task());
      }));

    test('R31 nobody reaches into another organisation', () =>
      withHouse(async (house) => {
        const foreign = '22222222-e29b-41d4-a716-446655440000' as OrgId;
        const stranger = await connectWorker(house.engine, foreign);
        const { id } = await startTask(house.engine);
        await house.engine.loops.dispatch.tick();
        expect(stranger.received).toEqual([]);
        const taskId = id as string as TaskId;
        expect(await refusal(house.engine.cancelTask({ orgId: foreign, id: taskId, reason: '' }))).toBe('NOT_FOUND');
        const ref = { executionId: id, taskId, token: 'guess' };
        expect(await refusal(stranger.session.heartbeatAttempt(ref))).toBe('NOT_FOUND');
        expect(await house.store.streams.head(foreign, id)).toBeUndefined();
      }));

    test('R22 a reader hears every entry once, in order, as it is committed', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const id = newTaskId() as string as ExecutionId;
        const heard: number[] = [];
        const stop = house.engine.streams.subscribe(id, (entries) => heard.push(...entries.map(({ seq }) => seq)));
        await startTask(house.engine, { id: id as string as TaskId });
        const task = await worker.task();
        for (let n = 0; n < 20; n += 1) {
          await worker.session.appendEntries({ ...refOf(task), first: n, output: [token0(String(n))] });
        }
        await worker.complete(task);
        stop();
        const stored = await house.store.streams.read(id, 0, 100);
        expect(heard).toEqual(stored.map(({ seq }) => seq));
      }));
  });

  describe(`engine on ${name}: when the store refuses or is lost`, () => {
    test('R05 a refused or half-answered commit has one effect all the same', async () => {
      const fault = fc.constantFrom<Fault>('none', 'none', 'conflict', 'lost-before', 'lost-after');
      await fc.assert(
        fc.asyncProperty(
          fc.array(fault, { maxLength: 12 }),
          fc.array(fc.nat(5), { maxLength: 20 }),
          async (plan, moves) => {
            // Three losses in a row are an outage, which callers are told of.
            const survivable = plan.filter((kind, at) => !outage(plan, kind, at));
            await withHouses(1, (house) => randomLife(house, moves), survivable);
          },
        ),
        { numRuns: name === 'memory' ? 60 : 5, ...seed() },
      );
    }, 120_000);

    test(
      'R03 two servers on one store never store two things under one number',
      () =>
        withHouses(2, async (a, b) => {
          const worker = await connectWorker(b.engine, orgId);
          const { id } = await start(b.engine);
          const commands = Array.from({ length: 20 }, () => schedule({ kind: 'u' }));
          await worker.turn(await worker.activation(), commands, waiting);
          const half = { workflowKinds: [], taskKinds: ['u'], taskCapacity: 10 };
          const helpers = await Promise.all([
            connectWorker(a.engine, orgId, half),
            connectWorker(b.engine, orgId, half),
          ]);
          await Promise.all([a.engine.loops.dispatch.tick(), b.engine.loops.dispatch.tick()]);
          await Promise.all(
            helpers.flatMap((helper) =>
              Array.from({ length: 10 }, async () => {
                const task = await helper.task();
                await helper.session.appendEntries({ ...refOf(task), first: 0, output: [token0('x')] });
                await helper.complete(task);
              }),
            ),
          );
          expect((await a.facts(id)).filter((fact) => fact === 'TASK_COMPLETED')).toHaveLength(20);
          await a.assertSound(id);
        }),
      30_000,
    );

    test('one refused change does nothing to those stored with it', () =>
      withHouse(async (house) => {
        const unknown = newTaskId() as TaskId;
        const [good, bad, alsoGood] = await Promise.all([
          start(house.engine),
          refusal(house.engine.cancelTask({ orgId, id: unknown, reason: '' })),
          start(house.engine),
        ]);
        expect(bad).toBe('NOT_FOUND');
        for (const { id } of [good, alsoGood]) expect(await house.facts(id)).toEqual(['WORKFLOW_STARTED']);
      }));
  });

  describe(`engine on ${name}: any order of things`, () => {
    test('R01 R11 R17 random completions, failures, output and losses leave sound histories and finish', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 5, maxLength: 60 }), async (moves) => {
          await withHouse((house) => randomLife(house, moves));
        }),
        { numRuns: name === 'memory' ? 60 : 8, ...seed() },
      );
    }, 120_000);
  });
}

/** Plays random moves on one execution with several tasks, then lets everything finish. */
async function randomLife(house: House, moves: readonly number[]): Promise<void> {
  let worker = await connectWorker(house.engine, orgId);
  const { id } = await start(house.engine);
  const count = 4;
  const first = await worker.activation();
  await worker.turn(
    first,
    Array.from({ length: count }, () => schedule()),
    waiting,
  );
  const entries = new Map<string, number>();
  const attempts = () =>
    worker.received.filter((work) => work.type === 'task').filter(({ token }) => !ended.has(token));
  const ended = new Set<string>();
  const turns = new Set<string>([first.token]);
  const playTurn = async (): Promise<void> => {
    for (const work of worker.received) {
      if (work.type !== 'activation' || turns.has(work.token)) continue;
      turns.add(work.token);
      const facts = await house.history(id);
      const closed = facts.filter(
        ({ type, sequence }) => /^TASK_(COMPLETED|FAILED)$/.test(type) && sequence <= work.sequence,
      );
      await worker.turn(work, [], closed.length === count ? completed() : waiting);
    }
  };
  const act = async (move: number): Promise<void> => {
    const task = attempts()[move % 2];
    if (move === 5) {
      house.clock.advance(30_001);
      worker = await connectWorker(house.engine, orgId);
      await house.engine.loops.leases.tick();
      await house.engine.loops.dispatch.tick();
    } else if (move === 4) await playTurn();
    else if (task !== undefined && move >= 2) {
      const first = entries.get(task.token) ?? 0;
      entries.set(task.token, first + 1);
      await worker.session.appendEntries({ ...refOf(task), first, output: [token0('x')] });
    } else if (task !== undefined) {
      ended.add(task.token);
      if (move === 1) await worker.fail(task, 'random');
      else await worker.complete(task);
    }
  };
  for (const move of moves) await act(move);
  for (let rounds = 0; rounds < 200; rounds += 1) {
    const record = await house.store.queries.workflow(orgId, id);
    if (record?.workflow.status === 'COMPLETED') break;
    for (const task of attempts()) {
      ended.add(task.token);
      await worker.complete(task);
    }
    await playTurn();
    await house.engine.loops.dispatch.tick();
  }
  expect((await house.store.queries.workflow(orgId, id))?.workflow.status).toBe('COMPLETED');
  await house.assertSound(id);
}

/** Whether a loss would be one too many in a row. */
function outage(plan: readonly Fault[], kind: Fault, at: number): boolean {
  return kind !== 'none' && at >= 2 && plan[at - 1] !== 'none' && plan[at - 2] !== 'none';
}

function refOf({ executionId, taskId, token }: { executionId: ExecutionId; taskId: TaskId; token: string }) {
  return { executionId, taskId, token };
}

function token0(text: string) {
  return { kind: 'token', event: JSON.stringify({ type: 'token', text }) as Json, timestampMs: 1 } as const;
}

function seed(): { seed?: number } {
  const given = process.env['FLOVYN_TEST_SEED'];
  return given === undefined ? {} : { seed: Number(given) };
}
