import {
  type Guest,
  type Nudge,
  type OrgId,
  type QueryRequest,
  type SessionId,
  type Topic,
  createLocalWakeUps,
} from '@flovyn/engine';
import { streamSubject } from '@flovyn/events/nats';
import { type Json, ServiceError } from '@flovyn/protocol';
import { type TestNats, eventually, natsServer, startNats, unlessFound } from '@flovyn/testing';
import { type NatsConnection, connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { another, createProcesses, execution, tokens, topicOf } from './support.js';

const org = '550e8400-e29b-41d4-a716-446655440000' as OrgId;

describe.skipIf(natsServer === undefined)(`processes on one NATS${unlessFound}`, () => {
  const { open, meet, closeAll } = createProcesses();
  let server: TestNats;
  let stranger: NatsConnection;

  beforeAll(async () => {
    server = await startNats();
    stranger = await connect({ servers: `127.0.0.1:${server.port}` });
  });
  afterEach(closeAll);
  afterAll(async () => {
    await stranger.close();
    await server.stop();
  });

  /** Says something on the subject of an execution that no server says. */
  const say = async (text: string, id = execution): Promise<void> => {
    stranger.publish(streamSubject(id), text);
    await stranger.flush();
  };

  describe('copies of commits', () => {
    it('arrive to the byte, commit by commit, where somebody follows the execution, and nowhere else', async () => {
      const [a, b] = [open(server), open(server)];
      const [heard, others, own] = [b.follow(), b.follow(another), a.follow()];
      await meet(a, b);
      const commits = [tokens(1, ['Hel', 'lo']), tokens(3, [' wörld\n'])];
      for (const commit of commits) a.nats.publish(topicOf(execution), commit);
      await eventually('both commits', () => heard.length === 2);
      expect(heard).toEqual(commits);
      expect([others, own]).toEqual([[], []]);
    });

    it('R22 are heard without a miss once that has settled, by all who followed in one turn', async () => {
      const [a, b] = [open(server), open(server)];
      await meet(a, b);
      for (let round = 1; round <= 50; round += 1) {
        const ids = [1, 2, 3].map((one) => `01900000-0000-7000-8000-${String(10 * round + one).padStart(12, '0')}`);
        const heard = ids.map((id) => {
          const entries = b.follow(id as typeof execution);
          return { id: id as typeof execution, entries, settled: b.nats.settled() };
        });
        await Promise.all(heard.map(({ settled }) => settled));
        for (const { id } of heard) a.nats.publish(topicOf(id), tokens(1, ['now'], id));
        await eventually('all of them', () => heard.every(({ entries }) => entries.length === 1));
      }
    });

    it('are told apart by what is followed: an execution, its family, its organisation', async () => {
      const [a, b] = [open(server), open(server)];
      await meet(a, b);
      const heard: string[] = [];
      const topics: readonly Topic[] = [
        topicOf(execution),
        { of: 'family', id: execution },
        { of: 'organisation', id: org },
      ];
      for (const topic of topics) b.nats.follow(topic, (entries) => heard.push(`${topic.of} ${entries.length}`));
      await b.nats.settled();
      const family = tokens(1, ['a', 'b'], another).map((entry, index) => ({
        ...entry,
        rootId: execution,
        inFamily: { epoch: 'epoch1', seq: 7 + index },
      }));
      a.nats.publish({ of: 'family', id: execution }, family);
      a.nats.publish({ of: 'organisation', id: org }, [...tokens(1, ['a']), ...tokens(5, ['b', 'c'], another)]);
      a.nats.publish(topicOf(execution), tokens(1, ['a']));
      await eventually('all of them', () => heard.length === 3);
      expect(heard).toEqual(['family 2', 'organisation 3', 'execution 1']);
      // A place is missing, another family, a hole: only the store can say.
      const [first, second] = family as [(typeof family)[0], (typeof family)[0]];
      const { inFamily: _place, ...alone } = first;
      const others = [
        [alone],
        [{ ...first, rootId: another }],
        [{ ...first, inFamily: { epoch: 'e', seq: 1 } }, second],
      ];
      for (const entries of others) a.nats.publish({ of: 'family', id: execution }, entries);
      await eventually('the rest', () => heard.length === 6);
      expect(heard.slice(3)).toEqual(['family 0', 'family 0', 'family 0']);
    });

    it('say that there is something when there is nothing to show', async () => {
      const [a, b] = [open(server), open(server)];
      const heard = b.follow();
      await meet(a, b);
      a.nats.publish(topicOf(execution), []);
      await eventually('the hint', () => heard.length === 1);
      expect(heard).toEqual([[]]);
    });

    it('stop when nobody follows any more', async () => {
      const [a, b] = [open(server), open(server)];
      const heard: unknown[] = [];
      const stop = b.nats.follow(topicOf(execution), (entries) => heard.push(entries));
      const rest = b.follow(another);
      await meet(a, b);
      stop();
      await meet(a, b);
      a.nats.publish(topicOf(execution), tokens(1, ['gone']));
      a.nats.publish(topicOf(another), tokens(1, ['here'], another));
      await eventually('the other one', () => rest.length > 0);
      expect(heard).toEqual([]);
    });

    it('R17 are handed on as they come, doubled and out of order: readers have the numbers', async () => {
      const [a, b] = [open(server), open(server)];
      const heard = b.follow();
      await meet(a, b);
      const [first, second] = [tokens(1, ['a']), tokens(2, ['b'])];
      for (const commit of [second, first, first]) a.nats.publish(topicOf(execution), commit);
      await eventually('three', () => heard.length === 3);
      expect(heard).toEqual([second, first, first]);
    });

    it('L12 above 256 KiB only say that there is something', async () => {
      const [a, b] = [open(server), open(server)];
      const heard = b.follow();
      await meet(a, b);
      a.nats.publish(topicOf(execution), tokens(1, ['x'.repeat(256 * 1024)]));
      // Short as text, long as bytes of JSON.
      a.nats.publish(topicOf(execution), tokens(2, ['"'.repeat(100 * 1024)]));
      a.nats.publish(topicOf(execution), tokens(3, ['x'.repeat(200 * 1024)]));
      await eventually('three', () => heard.length === 3);
      expect(heard.map((entries) => entries.length)).toEqual([0, 0, 1]);
    });

    const [good] = tokens(1, ['good']);
    it.each<[string, string]>([
      ['garbage', '\u0000garbage'],
      ['no object', '7'],
      ['another version', JSON.stringify({ v: 2, entries: [good] })],
      ['entries of another execution', JSON.stringify({ v: 1, entries: tokens(1, ['other'], another) })],
      ['a hole within', JSON.stringify({ v: 1, entries: [good, ...tokens(3, ['hole'])] })],
      ['an event that is no JSON', JSON.stringify({ v: 1, entries: [{ ...good, event: 'data: forged\n\n' }] })],
      ['an unknown kind', JSON.stringify({ v: 1, entries: [{ ...good, kind: 'end' }] })],
      ['an epoch with a line break', JSON.stringify({ v: 1, entries: [{ ...good, epoch: 'e\nid: 1' }] })],
      ['a negative number', JSON.stringify({ v: 1, entries: [{ ...good, seq: -1 }] })],
    ])('R31 of no server are not believed: %s only has the log looked at', async (_what, text) => {
      const b = open(server);
      const heard = b.follow();
      await meet(b);
      await eventually('to be heard', async () => {
        await say(text);
        return heard.length > 0;
      });
      expect(heard[0]).toEqual([]);
    });
  });

  describe('ready work', () => {
    const line: Nudge = { orgId: 'org' as OrgId, queue: 'default', type: 'task', kind: 'count' };

    it('is told once however much there is of it, and not passed on', async () => {
      const [a, b, c] = [open(server), open(server), open(server)];
      const heard: Nudge[][] = [[], [], []];
      const wakeUps = [a, b, c].map(({ nats }, index) => {
        const local = createLocalWakeUps();
        local.onNudge((work) => heard[index]?.push(work));
        return nats.wakeUps(local);
      });
      await meet(a, b, c);
      for (let count = 0; count < 100; count += 1) wakeUps[0]?.nudge(line);
      wakeUps[0]?.nudge({ ...line, kind: 'last' });
      await eventually('all of it', () => heard[1]?.length === 2 && heard[2]?.length === 2);
      expect(heard[1]).toEqual([line, { ...line, kind: 'last' }]);
      // Here everybody is told of everything; nothing has come back.
      expect(heard[0]).toHaveLength(101);
    });

    it('is no hint when it cannot be understood', async () => {
      const b = open(server);
      const local = createLocalWakeUps();
      const heard: Nudge[] = [];
      local.onNudge((work) => heard.push(work));
      b.nats.wakeUps(local);
      await meet(b);
      await eventually('a good one', async () => {
        const lines = [{ ...line, type: 'agent' }, { ...line, queue: 7 }, null, line];
        for (const text of ['{', '[]', JSON.stringify({ lines: 'x' }), JSON.stringify({ lines })]) {
          stranger.publish('flovyn.servers.work', text);
        }
        await stranger.flush();
        return heard.length > 0;
      });
      expect(new Set(heard.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify(line)]));
    });
  });

  describe('those who hold claims', () => {
    const holder = '01900000-0000-7000-8000-00000000000a' as SessionId;
    const question: QueryRequest = {
      orgId: 'org' as OrgId,
      id: execution,
      name: 'total',
      params: 'null' as Json,
      timeoutMs: 20_000,
    };
    const guest = (asked: Guest['asked'], ended: string[] = []): Guest => ({
      asked,
      claimEnded: (token) => ended.push(token),
      runs: { orgId: 'org' as OrgId, queue: 'a queue.>', kinds: new Set(['order *', 'other']) },
    });

    it('hear of their claims, and are asked, wherever they are', async () => {
      const [a, b] = [open(server), open(server)];
      const ended: string[] = [];
      const leave = b.nats.host(
        holder,
        guest(async ({ name }) => ({ result: JSON.stringify(name) as Json }), ended),
      );
      await meet(a, b);
      a.nats.claimEnded(holder, 'token-1');
      await eventually('the end', () => ended.length > 0);
      expect(ended).toEqual(['token-1']);
      expect(await a.nats.ask({ holder }, question)).toEqual({ result: '"total"' });
      leave();
      await meet(a, b);
      expect(await a.nats.ask({ holder }, question)).toBeUndefined();
    });

    it('are asked for the code they can run, one of them however many there are', async () => {
      const [a, b, c] = [open(server), open(server), open(server)];
      let asked = 0;
      const counting = guest(async () => {
        asked += 1;
        return { result: '1' as Json };
      });
      const others = ['b', 'c', 'd'].map((digit) => `01900000-0000-7000-8000-00000000000${digit}` as SessionId);
      const leaves = others.map((id, index) => (index === 0 ? c : b).nats.host(id, { ...counting }));
      await meet(a, b, c);
      const order = { orgId: 'org' as OrgId, queue: 'a queue.>', kind: 'order *' };
      expect(await a.nats.ask(order, question)).toEqual({ result: '1' });
      expect(await a.nats.ask({ ...order, kind: 'order' }, question)).toBeUndefined();
      expect(await a.nats.ask({ ...order, orgId: 'another' as OrgId }, question)).toBeUndefined();
      leaves[0]?.();
      leaves[1]?.();
      await meet(a, b, c);
      expect(await a.nats.ask(order, question)).toEqual({ result: '1' });
      expect(asked).toBe(2);
      leaves[2]?.();
      await meet(a, b, c);
      expect(await a.nats.ask(order, question)).toBeUndefined();
    });

    it('answer with what went wrong in their code, and with nothing when they cannot', async () => {
      const [a, b] = [open(server), open(server)];
      const answers: Guest['asked'][] = [
        async () => ({ error: 'no such query' }),
        async () => undefined,
        () => Promise.reject(new ServiceError('NOT_FOUND', 'There is none.')),
        async () => ({ result: JSON.stringify('x'.repeat(2 ** 21)) as Json }),
        () => Promise.reject(new ServiceError('DEADLINE_EXCEEDED', 'Nobody answered.')),
      ];
      b.nats.host(
        holder,
        guest((asked) => answers.shift()?.(asked) ?? Promise.resolve(undefined)),
      );
      await meet(a, b);
      expect(await a.nats.ask({ holder }, question)).toEqual({ error: 'no such query' });
      expect(await a.nats.ask({ holder }, question)).toBeUndefined();
      expect(await a.nats.ask({ holder }, question)).toBeUndefined();
      expect(await a.nats.ask({ holder }, question)).toBeUndefined();
      await expect(a.nats.ask({ holder }, question)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    });

    it('S15 have ids that are no patterns', async () => {
      const [a, b] = [open(server), open(server)];
      const ended: string[] = [];
      b.nats.host(
        '>' as SessionId,
        guest(async () => undefined, ended),
      );
      b.nats.host(
        '*' as SessionId,
        guest(async () => undefined, ended),
      );
      await meet(a, b);
      a.nats.claimEnded(holder, 'token-1');
      expect(await a.nats.ask({ holder: '>' as SessionId }, question)).toBeUndefined();
      await meet(a, b);
      expect(ended).toEqual([]);
    });
  });
});
