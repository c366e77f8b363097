import { STREAM_NAME } from '@flovyn/events/nats';
import { type TestNats, eventually, natsServer, startNats, unlessFound } from '@flovyn/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, describe, expect, it } from 'vitest';
import { openNats } from '@flovyn/stream-nats';
import { createProcesses, execution, tokens, topicOf } from './support.js';

describe.skipIf(natsServer === undefined)(`a NATS that fails${unlessFound}`, () => {
  const { open, meet, closeAll } = createProcesses();
  const servers: TestNats[] = [];
  const start = async (options?: Parameters<typeof startNats>[0]): Promise<TestNats> => {
    const server = await startNats(options);
    servers.push(server);
    return server;
  };

  afterEach(async () => {
    await closeAll();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  it.each(['kept', 'wiped'])(
    'R36 is missed, said to be, and comes back by itself, with storage %s',
    async (storage) => {
      const server = await start();
      const [a, b] = [open(server), open(server)];
      const heard = b.follow();
      await meet(a, b);
      expect(b.nats.hearsAll).toBe(true);

      await server.kill();
      await eventually('the loss', () => !a.nats.status.connected && !b.nats.status.connected);
      expect(b.nats.hearsAll).toBe(false);
      expect(b.nats.status).toMatchObject({ why: expect.stringMatching(/./) });
      a.nats.publish(topicOf(execution), tokens(1, ['lost']));

      const doubts = b.doubts();
      await server.restart({ wiped: storage === 'wiped' });
      await meet(a, b);
      await eventually('all to be heard', () => b.nats.hearsAll);
      // What came meanwhile is in the store: that it be looked for is what must not be lost.
      expect(b.doubts()).toBeGreaterThan(doubts);
      a.nats.publish(topicOf(execution), tokens(2, ['found']));
      await eventually('a copy', () => heard.length > 0);
      expect(heard).toEqual([tokens(2, ['found'])]);
    },
  );

  it('is waited for by nobody when it was never there', async () => {
    const server = await start();
    await server.kill();
    const a = open(server);
    const heard = a.follow();
    a.nats.publish(topicOf(execution), tokens(1, ['lost']));
    await eventually('a reason', () => !a.nats.status.connected && /refused/i.test(a.nats.status.why));
    await server.restart();
    const b = open(server);
    await meet(a, b);
    b.nats.publish(topicOf(execution), tokens(2, ['found']));
    await eventually('a copy', () => heard.length > 0);
  });

  it('is noticed when it only hangs, and holds no memory with what is not taken', async () => {
    const server = await start();
    const [a, b] = [open(server), open(server)];
    const heard = b.follow();
    await meet(a, b);
    server.pause();
    const commit = tokens(1, ['x'.repeat(200 * 1024)]);
    const before = process.memoryUsage().arrayBuffers;
    // 200 MB, of which 16 MiB may wait.
    for (let count = 0; count < 1_000; count += 1) a.nats.publish(topicOf(execution), commit);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
    await eventually('the silence', () => !a.nats.hearsAll && !b.nats.hearsAll);
    expect(a.nats.status).toMatchObject({ connected: false });

    // Nobody waits for it long, connected or not.
    await Promise.all([a.nats.settled(), b.nats.settled()]);
    const doubts = b.doubts();
    server.resume();
    await eventually('all to be heard', () => a.nats.hearsAll && b.nats.hearsAll);
    await eventually('a look at what was not sent', () => b.doubts() > doubts);
    expect(heard.length).toBeLessThan(1_000);
  });

  it('cuts off one of them: the others know that they do not hear all', async () => {
    const server = await start();
    const [a, b] = [open(server), open(server)];
    await meet(a, b);
    // Somebody who says that it is there, and nothing more.
    const lost = await connect({ servers: `127.0.0.1:${server.port}` });
    lost.publish('flovyn.servers.presence', JSON.stringify({ self: 'lost', what: 'here' }));
    await lost.flush();
    expect(a.nats.hearsAll).toBe(true);
    await eventually('somebody to be missed', () => !a.nats.hearsAll && !b.nats.hearsAll);
    expect(a.nats.status).toEqual({ connected: true });
    const doubts = b.doubts();
    lost.publish('flovyn.servers.presence', JSON.stringify({ self: 'lost', what: 'look' }));
    await eventually('all to be heard', () => a.nats.hearsAll && b.nats.hearsAll);
    expect(b.doubts()).toBeGreaterThan(doubts);
    lost.publish('flovyn.servers.presence', JSON.stringify({ self: 'lost', what: 'goodbye' }));
    await lost.close();
  });

  it('without JetStream carries everything', async () => {
    const server = await start({ jetstream: false });
    const [a, b] = [open(server), open(server)];
    const heard = b.follow();
    await meet(a, b);
    a.nats.publish(topicOf(execution), tokens(1, ['Hello']));
    await eventually('a copy', () => heard.length > 0);
    expect([a.nats.lack, a.nats.hearsAll]).toEqual([undefined, true]);
  });

  it('without JetStream is said to lack it when copies are to be kept', async () => {
    const server = await start({ jetstream: false });
    const a = open(server, { keepsCopies: true });
    await meet(a);
    expect(a.nats.lack).toMatch(/JetStream/);
  });

  it('with JetStream keeps each copy once, when that is asked for', async () => {
    const server = await start();
    const [a, b] = [open(server, { keepsCopies: true }), open(server, { keepsCopies: true })];
    await meet(a, b);
    for (const times of [1, 2]) a.nats.publish(topicOf(execution), tokens(times, ['Hello']));
    a.nats.publish(topicOf(execution), tokens(1, ['Hello']));
    const connection = await connect({ servers: `127.0.0.1:${server.port}` });
    const manager = await jetstreamManager(connection);
    const kept = await eventually('two of them', async () => {
      const { state } = await manager.streams.info(STREAM_NAME, {
        subjects_filter: `flovyn.streams.workflow.${execution}`,
      });
      return Object.values(state.subjects ?? {})[0] === 2 && (await manager.streams.info(STREAM_NAME)).config;
    });
    expect(kept).toMatchObject({ max_age: 3_600e9, max_bytes: 256 * 1024 * 1024, storage: 'memory' });
    expect([a.nats.lack, b.nats.lack]).toEqual([undefined, undefined]);
    await connection.close();
  });

  it('that refuses the password says so, and not what it is', async () => {
    const server = await start();
    const nats = openNats({ url: 'nats://me:secret@127.0.0.1:1' });
    await eventually('a reason', () => !nats.status.connected && /refused/i.test(nats.status.why));
    expect(JSON.stringify(nats.status)).not.toContain('secret');
    await nats.close();
    expect(() => openNats({ url: `http://me:secret@127.0.0.1:${server.port}` })).toThrow(
      /^An address of NATS is such as/,
    );
  });
});
