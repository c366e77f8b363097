import { isStateEvent, stateEventNames, streamEventTypes, suspendType } from '@flovyn/events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { notYetProduced, unaccountedFor } from '../../../tooling/testing/accounted-for.js';
import { eventually } from './support/conditions.js';
import { type House, openHouse } from './support/house.js';
import { readStream } from './support/raw-stream.js';
import { expectLegal } from './support/story.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

const account = {
  broken: 'came out of no stream',
  registry: [...stateEventNames, ...streamEventTypes],
  excused: notYetProduced(),
};

it('R20 every event there is, is seen by a reader; and a resumption for each of its causes', async () => {
  const { workflows, promises, tasks } = house.client;
  const seen = new Set<string>();
  const suspended = new Set<string>();
  /** The event before each WORKFLOW_RESUMED, or the fact that has no event. */
  const causes = new Set<string>();
  /** Reads a stream to its end, from the socket. */
  const told = async (id: string, kind: 'workflow' | 'task' = 'workflow'): Promise<void> => {
    const { entries, hasEnded } = await readStream(`${house.org}/${kind}-executions/${id}/stream`);
    expect(hasEnded).toBe(true);
    expectLegal(entries.map(({ frame }) => ({ kind: 'entry', frame })));
    let before = '';
    for (const { event } of entries.map(({ frame }) => frame)) {
      seen.add(isStateEvent(event) ? event.event : event.type);
      if (!isStateEvent(event)) continue;
      if (event.event === 'WORKFLOW_SUSPENDED') suspended.add(event.data.suspendType);
      if (event.event === 'WORKFLOW_RESUMED') causes.add(before);
      before = event.event;
    }
  };
  const start = async (kind: string, input: object): Promise<string> => (await workflows.start({ kind, input })).id;
  const waits = (id: string) => eventually(`${id} to wait`, async () => (await workflows.get(id)).status === 'WAITING');
  const promiseOf = async (id: string) => {
    await waits(id);
    const { events } = await workflows.events(id);
    const created = events.find(({ eventType }) => eventType === 'PROMISE_CREATED');
    return { id: String(created?.data['promiseId']) };
  };

  const [kept, broken, talk, stop, flaw] = await Promise.all([
    start('approval', {}),
    start('approval', {}),
    start('conversation', {}),
    start('careful', { name: 'x' }),
    start('stubborn', { gate: '/nowhere' }),
  ]);
  await promises.resolve(await promiseOf(kept), { value: 1 });
  await promises.reject(await promiseOf(broken), { error: 'no' });
  await waits(talk);
  await workflows.signal(talk, { signalName: 'message', signalValue: 'goodbye' });
  await waits(stop);
  await workflows.cancel(stop);
  await told(flaw);
  await workflows.retry(flaw);
  const others = await Promise.all([
    start('sleeper', { ms: 5 }),
    start('nested', { depth: 1 }),
    start('nested', { depth: 1, fails: true }),
    start('impatient', { name: 'y' }),
    start('hurried', {}),
    start('tardy', {}),
    start('fickle', {}),
    start('emit-with-state', { rounds: 2 }),
    start('approval', { timeoutMs: 5 }),
  ]);
  for (const id of [kept, broken, talk, stop, flaw, ...others]) await told(id);
  const alone = await tasks.start({ kind: 'tidy-up', input: 'alone' });
  await told(alone.id, 'task');

  expect(unaccountedFor({ ...account, seen })).toEqual([]);
  // The last says that nobody told what is waited for; our own workers always do.
  const everyWait = Object.values(suspendType).filter((type) => type !== suspendType.UNSPECIFIED);
  expect([...suspended].toSorted()).toEqual(everyWait.toSorted());
  expect([...causes].toSorted()).toEqual(
    [
      'CANCELLATION_REQUESTED',
      'CHILD_WORKFLOW_COMPLETED',
      'CHILD_WORKFLOW_FAILED',
      'PROMISE_REJECTED',
      'PROMISE_RESOLVED',
      'TASK_COMPLETED',
      'TASK_FAILED',
      'TIMER_FIRED',
      // A signal, a promise that ran out of time, and a turn that had not seen everything have no event of their own.
      'WORKFLOW_SUSPENDED',
    ].toSorted(),
  );
});

it('an event that comes out of no stream is noticed', () => {
  const seen = account.registry.filter((name) => name !== 'WORKFLOW_RESUMED' && !Object.hasOwn(account.excused, name));
  expect(unaccountedFor({ ...account, seen })).toEqual([
    'WORKFLOW_RESUMED came out of no stream: an event that is defined is also produced.',
  ]);
});
