import { natsServer, unlessFound } from '@flovyn/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import type { House } from './support/house.js';
import { readStream } from './support/raw-stream.js';
import { type Reader, follow } from './support/reader.js';
import { expectWhole } from './support/story.js';
import { type Street, type StreetOptions, clientAt, healthOf, openBalancer, openStreet } from './support/street.js';
import { type Told, beginTelling, expectSurvived } from './support/survival.js';

/** Short enough to wait for: a worker that is silent for longer loses what it has. */
const SHORT_LEASE = { SESSION_LEASE: '3s' };

describe.skipIf(natsServer === undefined)(`two servers and a fault${unlessFound}`, () => {
  const undo: (() => Promise<void>)[] = [];
  const open = async (options?: StreetOptions): Promise<Street> => {
    const street = await openStreet(options);
    undo.push(() => street.close());
    return street;
  };
  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  });

  /** Another reader of what is told, at the other server. */
  const alsoAt = ({ client }: House, { id }: Told): Reader => follow(client, { workflowExecutionId: id });

  /** Everything survived, and the reader at the other server was told the same. */
  const expectBothSurvived = async (house: House, told: Told, other: Reader) => {
    const survived = await expectSurvived(house, told);
    await other.toEnd();
    const seen = other.entries.map(({ id }) => id);
    expect(seen, other.summary()).toEqual(survived.log.map(({ id }) => id));
    expect(other.gaps).toEqual([]);
    return survived;
  };

  it.each(['kept', 'wiped'])('R21 R36 NATS killed in mid-stream, back with storage %s', async (storage) => {
    const { a, b, nats, hears } = await open();
    await b.startWorker();
    const told = await beginTelling(a);
    const other = alsoAt(b, told);
    await nats.kill();
    await Promise.all([hears(a, false), hears(b, false)]);
    expect(await healthOf(a)).toMatchObject({ status: 'UP', reasons: [expect.stringMatching(/^nats: ./)] });
    // The worker is at b: a has it from the database.
    await Promise.all([told.reader.output(100), other.output(100)]);
    await nats.restart({ wiped: storage === 'wiped' });
    await Promise.all([hears(a, true), hears(b, true)]);
    const { attempts } = await expectBothSurvived(a, told, other);
    expect(attempts).toEqual([1, 1]);
    expect(told.reader.losses() + other.losses()).toBe(0);
  });

  it('R12 with NATS away all the time, work is found and ended all the same', async () => {
    const { a, b, nats, hears } = await open();
    await nats.kill();
    await Promise.all([hears(a, false), hears(b, false)]);
    await b.startWorker();
    const told = await beginTelling(a);
    await expectBothSurvived(a, told, alsoAt(b, told));
    const { id } = await b.client.workflows.start({ kind: 'careful', input: { name: 'alone' } });
    await eventually('the task to run', () => b.effects().some((line) => line.startsWith('endless')));
    await a.client.workflows.cancel(id, { reason: 'enough' });
    await follow(a.client, { workflowExecutionId: id }).toEnd();
    expect(b.effects()).toContain('tidied alone');
  });

  it('NATS without JetStream carries everything, and nobody is degraded', async () => {
    const { a, b } = await open({ jetstream: false });
    await b.startWorker();
    const told = await beginTelling(a);
    await expectBothSurvived(a, told, alsoAt(b, told));
    expect((await healthOf(a)).degraded).toEqual([]);
  });

  it('R36 NATS that hangs in mid-stream is as good as away, and comes back', async () => {
    const { a, b, nats, hears } = await open();
    await b.startWorker();
    const told = await beginTelling(a);
    const other = alsoAt(b, told);
    nats.pause();
    await Promise.all([hears(a, false), hears(b, false)]);
    await told.reader.output(100);
    nats.resume();
    await Promise.all([hears(a, true), hears(b, true)]);
    await expectBothSurvived(a, told, other);
  });

  it('R36 one of the servers cut off from NATS: the other shows what is done there all the same', async () => {
    const { a, b, cutOff, hears } = await open();
    await b.startWorker();
    const told = await beginTelling(a);
    const other = alsoAt(b, told);
    cutOff(true);
    await hears(b, false);
    expect((await healthOf(a)).degraded).toEqual([]);
    await Promise.all([told.reader.output(100), other.output(100)]);
    cutOff(false);
    await hears(b, true);
    await expectBothSurvived(a, told, other);
  });

  it('R04 the server of the worker is killed in mid-stream: another worker takes over at the other one', async () => {
    const { a, b } = await open({ environment: SHORT_LEASE });
    const worker = await b.startWorker();
    const told = await beginTelling(a);
    await Promise.all([b.server.end('SIGKILL'), worker.end('SIGKILL')]);
    await a.startWorker();
    const { attempts } = await expectSurvived(a, told);
    expect(Math.min(...attempts)).toBeGreaterThan(1);
    expect(told.reader.losses()).toBe(0);
  });

  it('R20 a worker whose server is killed goes on at the other one with what it has', async () => {
    const { a, b } = await open();
    const balancer = await openBalancer(b.grpc);
    undo.push(() => balancer.close());
    await b.startWorker({ FLOVYN_GRPC_SERVER_URL: balancer.url });
    const told = await beginTelling(a);
    await b.server.end('SIGKILL');
    balancer.moveTo(a.grpc);
    const { attempts } = await expectSurvived(a, told);
    // Nothing was begun anew: the session was resumed where it had never been.
    expect(attempts).toEqual([1, 1]);
  });

  it('a worker moves to and fro between living servers in mid-stream', async () => {
    const { a, b } = await open();
    const balancer = await openBalancer(b.grpc);
    undo.push(() => balancer.close());
    await b.startWorker({ FLOVYN_GRPC_SERVER_URL: balancer.url });
    const told = await beginTelling(a);
    const other = alsoAt(b, told);
    for (const [output, to] of [
      [60, a],
      [100, b],
      [140, a],
    ] as const) {
      await told.reader.output(output);
      balancer.moveTo(to.grpc);
      await eventually('the worker to come', () => balancer.taken() > 0);
    }
    const { attempts } = await expectBothSurvived(a, told, other);
    expect(attempts).toEqual([1, 1]);
  });

  it('R09 R28 a server that stands still past the leases of its worker ends nothing twice', async () => {
    const { a, b } = await open({ environment: SHORT_LEASE });
    await b.startWorker();
    const told = await beginTelling(a);
    b.server.signal('SIGSTOP');
    await a.startWorker();
    const isElsewhere = ({ executionCount }: { executionCount: number }): boolean => executionCount > 1;
    await eventually('others to take over', async () =>
      (await a.client.workflows.tasks(told.id)).tasks.every(isElsewhere),
    );
    b.server.signal('SIGCONT');
    const { log } = await expectSurvived(a, told);
    const { entries } = await readStream(`${b.org}/workflow-executions/${told.id}/stream`);
    expect(entries.map(({ text }) => text)).toEqual(log.map(({ text }) => text));
    // The one that stood still is as good as the other again.
    await a.endWorkers();
    const { id } = await a.client.workflows.start({ kind: 'sleeper', input: { ms: 1 } });
    await follow(b.client, { workflowExecutionId: id }).toEnd();
  });

  it('R22 a reader that comes back to the other server goes on where it was', async () => {
    const { a, b } = await open();
    await b.startWorker();
    const balancer = await openBalancer(a.http);
    undo.push(() => balancer.close());
    const told = await beginTelling(a);
    const reader = follow(clientAt(balancer.url), { workflowExecutionId: told.id });
    for (const [output, to] of [
      [30, b],
      [80, a],
      [120, b],
    ] as const) {
      await reader.output(output);
      balancer.moveTo(to.http);
    }
    const { log } = await expectBothSurvived(a, told, reader);
    expectWhole(log);
    expect(reader.losses()).toBeGreaterThan(0);
  });
});
