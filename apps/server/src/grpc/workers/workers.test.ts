import type { OrgId, WorkerKinds, WorkerRef } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { TaskCapability, WorkerRegistrationRequest, WorkflowCapability } from '@flovyn/protocol/grpc';
import { describe, expect, it, vi } from 'vitest';
import { createKnownKinds } from './known-kinds.js';
import { createPeers } from './peers.js';
import { createPresence } from './presence.js';
import { kindsOf, parseRegistration } from './registration.js';
import { workerIdOf } from './worker-id.js';

const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;
const other = '660e8400-e29b-41d4-a716-446655440000' as OrgId;
const UUID = '7F0C0F6E-0000-4000-8000-000000000001';

describe('the id of a worker', () => {
  it('follows from its name, in its organisation', () => {
    expect(workerIdOf('ada', orgId)).toBe(workerIdOf('ada', orgId));
    expect(workerIdOf('ada', orgId)).not.toBe(workerIdOf('ada', other));
    expect(workerIdOf('ada', orgId)).not.toBe(workerIdOf('bob', orgId));
    expect(workerIdOf('', orgId)).toBe(workerIdOf('worker', orgId));
  });

  it('is what the worker says when that is an id: polls by name and by id are of one worker', () => {
    expect(workerIdOf(UUID, orgId)).toBe(UUID.toLowerCase());
    expect(workerIdOf(workerIdOf('ada', orgId), orgId)).toBe(workerIdOf('ada', orgId));
  });
});

describe('a registration', () => {
  const parse = (message: Parameters<typeof WorkerRegistrationRequest.fromPartial>[0]) =>
    parseRegistration(WorkerRegistrationRequest.fromPartial(message), orgId);
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));

  it('has the kinds with all that is said of them', () => {
    const registration = parse({
      workerName: 'ada',
      workerVersion: '2',
      workerType: 'unified',
      orgId: orgId.toUpperCase(),
      hostName: 'here',
      processId: '7',
      metadata: json({ zone: 'a' }),
      workflows: [
        WorkflowCapability.fromPartial({
          kind: 'pay',
          name: 'Pay',
          description: 'Pays.',
          timeoutSeconds: 30,
          cancellable: true,
          tags: ['money'],
          version: '3',
          inputSchema: json({ type: 'object' }),
        }),
      ],
      tasks: [TaskCapability.fromPartial({ kind: 'mail', retryPolicy: json({ maxRetries: 1 }) })],
    });
    expect(registration).toMatchObject({
      id: workerIdOf('ada', orgId),
      name: 'ada',
      version: '2',
      type: 'UNIFIED',
      hostName: 'here',
      processId: '7',
      metadata: '{"zone":"a"}',
      definitions: [
        {
          type: 'workflow',
          kind: 'pay',
          name: 'Pay',
          description: 'Pays.',
          version: '3',
          timeoutSeconds: 30,
          cancellable: true,
          tags: ['money'],
          inputSchema: '{"type":"object"}',
          outputSchema: undefined,
        },
        { type: 'task', kind: 'mail', name: 'mail', timeoutSeconds: undefined, retryPolicy: '{"maxRetries":1}' },
      ],
    });
    expect(kindsOf(registration, 'workflow')).toEqual(['pay']);
    expect(kindsOf(registration, 'task')).toEqual(['mail']);
  });

  it("has the streams of the author's own that its tasks write to", () => {
    const schema = json({ type: 'object' });
    const { definitions } = parse({
      tasks: [
        TaskCapability.fromPartial({ kind: 'mail', streams: [{ name: 'mails', description: 'Sent', schema }] }),
        TaskCapability.fromPartial({ kind: 'bulk', streams: [{ name: 'mails', schema }, { name: 'notes' }] }),
      ],
    });
    const text = '{"type":"object"}';
    expect(definitions.map(({ streams }) => streams)).toEqual([
      [{ name: 'mails', description: 'Sent', schema: text }],
      [
        { name: 'mails', description: '', schema: text },
        { name: 'notes', description: '', schema: undefined },
      ],
    ]);
  });

  it.each([
    ['a name that is none', [[{ name: 'two words' }]], 'In task "task-0": the name of a stream has 1 to 100'],
    ['a schema that is no JSON', [[{ name: 'a', schema: Buffer.from('{') }]], 'schema of stream a'],
    [
      'two schemas of one name',
      [[{ name: 'a', schema: json({}) }], [{ name: 'a', schema: json(true) }]],
      'Two tasks of the worker give the stream "a" different schemas.',
    ],
    [
      'too many of them',
      [Array.from({ length: 101 }, (_, index) => ({ name: `s${index}` }))],
      'The number of streams of task-0',
    ],
  ])('refuses streams with %s', (_what, streams, message) => {
    const tasks = streams.map((each, index) => TaskCapability.fromPartial({ kind: `task-${index}`, streams: each }));
    expect(() => parse({ tasks })).toThrow(message);
  });

  it('has each kind once, with the last word about it', () => {
    const registration = parse({
      workflows: [
        WorkflowCapability.fromPartial({ kind: 'pay', version: '1' }),
        WorkflowCapability.fromPartial({ kind: 'pay', version: '2' }),
      ],
    });
    expect(registration.definitions).toMatchObject([{ kind: 'pay', version: '2' }]);
  });

  it.each([
    [{ workflows: [{ kind: 'a' }] }, 'WORKFLOW'],
    [{ tasks: [{ kind: 'a' }] }, 'TASK'],
    [{ workflows: [{ kind: 'a' }], tasks: [{ kind: 'a' }] }, 'UNIFIED'],
    [{ workflows: [{ kind: 'a' }], workerType: 'TASK' }, 'TASK'],
  ])('says what it is, or its kinds do: %j', (message, type) => {
    expect(parse(message).type).toBe(type);
  });

  it.each([
    ['another organisation', { orgId: other }, 'PERMISSION_DENIED'],
    ['an organisation that is none', { orgId: 'acme' }, 'INVALID_ARGUMENT'],
    ['a kind that is none', { workflows: [{ kind: 'a b' }] }, 'INVALID_IDENTIFIER'],
    ['a schema that is no JSON', { tasks: [{ kind: 'a', inputSchema: Buffer.from('{') }] }, 'MALFORMED_JSON'],
  ])('is refused with %s', (_what, message, code) => {
    expect(() => parse(message)).toThrow(expect.objectContaining({ code }) as ServiceError);
  });

  it('takes long texts shorter, and NUL for what can be kept', () => {
    const { name, definitions } = parse({
      workerName: 'n'.repeat(300),
      tasks: [{ kind: 'a', description: 'd\u0000'.repeat(10_000) }],
    });
    expect(name).toHaveLength(255);
    expect(definitions[0]?.description).toHaveLength(8_192);
    expect(definitions[0]?.description).not.toContain('\u0000');
  });
});

describe('known kinds', () => {
  const worker = { orgId, workerId: UUID };
  function stored(kinds: WorkerKinds | undefined) {
    let stored = kinds;
    const kindsOf = vi.fn<(asked: readonly WorkerRef[]) => Promise<(WorkerKinds | undefined)[]>>((asked) =>
      Promise.resolve(asked.map(() => stored)),
    );
    const registers = (later: WorkerKinds) => void (stored = later);
    return { kindsOf, registers, known: createKnownKinds({ kindsOf }) };
  }
  const pay = { workflows: ['pay'], tasks: [] };

  it('are looked up once, however often they are asked for', async () => {
    const { kindsOf, known } = stored(pay);
    await Promise.all([known.of(worker), known.of(worker)]);
    expect(await known.of(worker)).toEqual(pay);
    expect(kindsOf).toHaveBeenCalledTimes(1);
    await known.of({ ...worker, orgId: other });
    expect(kindsOf).toHaveBeenCalledTimes(2);
  });

  it('are looked up again now and then, of all who ask in one: another process may have been told', async () => {
    const { kindsOf, registers, known } = stored(pay);
    const stranger = { ...worker, orgId: other };
    await Promise.all([known.of(worker), known.of(stranger)]);
    const both = { workflows: ['pay'], tasks: ['mail'] };
    registers(both);
    kindsOf.mockClear();
    await known.loop.tick();
    expect(kindsOf.mock.calls.map(([asked]) => new Set(asked))).toEqual([new Set([worker, stranger])]);
    expect(await known.of(worker)).toEqual(both);
    await known.loop.tick();
    expect(kindsOf.mock.calls[1]).toEqual([[worker]]);
    await known.loop.tick();
    await known.loop.tick();
    expect(kindsOf).toHaveBeenCalledTimes(2);
    await known.of(stranger);
    expect(kindsOf).toHaveBeenCalledTimes(3);
  });

  it('that cannot be looked up again are not trusted any longer', async () => {
    const { kindsOf, registers, known } = stored(undefined);
    await known.of(worker);
    kindsOf.mockRejectedValueOnce(new ServiceError('UNAVAILABLE', 'away'));
    await expect(known.loop.tick()).rejects.toThrow('away');
    registers(pay);
    expect(await known.of(worker)).toEqual(pay);
  });

  it('of a registration that comes while they are looked up again are those of the registration', async () => {
    const { kindsOf, registers, known } = stored(undefined);
    await known.of(worker);
    let answer: (kinds: undefined[]) => void = () => undefined;
    kindsOf.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const looking = known.loop.tick();
    registers(pay);
    known.renew(worker);
    const asked = known.of(worker);
    answer([undefined]);
    await looking;
    expect([await asked, await known.of(worker)]).toEqual([pay, pay]);
  });

  it('are looked up again after a registration', async () => {
    const { registers, known } = stored(undefined);
    expect(await known.of(worker)).toBeUndefined();
    registers(pay);
    expect(await known.of(worker)).toBeUndefined();
    known.renew(worker);
    expect(await known.of(worker)).toEqual(pay);
  });

  it('are none of a worker that registered without any: it takes everything', async () => {
    const { known } = stored({ workflows: [], tasks: [] });
    expect(await known.of(worker)).toBeUndefined();
    expect(await known.isKnown(worker)).toBe(true);
  });

  it('a worker that was unknown a moment ago is looked for again, a known one is not', async () => {
    const { kindsOf, registers, known } = stored(undefined);
    expect(await known.isKnown(worker)).toBe(false);
    registers(pay);
    expect(await known.isKnown(worker)).toBe(true);
    kindsOf.mockClear();
    expect(await known.isKnown(worker)).toBe(true);
    expect(kindsOf).not.toHaveBeenCalled();
  });

  it('a look that fails is not remembered', async () => {
    const { kindsOf, known } = stored(pay);
    kindsOf.mockRejectedValueOnce(new ServiceError('UNAVAILABLE', 'away'));
    await expect(known.of(worker)).rejects.toThrow('away');
    expect(await known.of(worker)).toEqual(pay);
  });
});

describe('presence', () => {
  const ada = { orgId, workerId: 'ada' };
  const bob = { orgId, workerId: 'bob' };
  type Refs = readonly { readonly workerId: string }[];

  function aPresence() {
    const said: string[] = [];
    const tell = (what: string) => (workers: Refs) => {
      said.push(`${what} ${workers.map(({ workerId }) => workerId).join()}`);
      return Promise.resolve();
    };
    const store = {
      seen: vi.fn<(workers: Refs) => Promise<void>>(tell('seen')),
      gone: vi.fn<(workers: Refs) => Promise<void>>(tell('gone')),
    };
    const presence = createPresence(store, { now: () => 1 });
    return { store, presence, said, tick: () => presence.loop.tick() };
  }

  it('writes down who was heard of, all in one, each once, and nothing when nobody was', async () => {
    const { presence, said, tick } = aPresence();
    expect(await tick()).toBe(5_000);
    presence.heard(ada);
    presence.heard({ ...ada });
    presence.heard(bob);
    presence.heard(ada);
    await tick();
    await tick();
    expect(said).toEqual(['seen ada,bob']);
  });

  it('says goodbye for a worker whose last process has left', async () => {
    const { presence, said, tick } = aPresence();
    presence.joined(ada);
    presence.joined(ada);
    presence.left(ada);
    presence.gone(ada);
    await tick();
    presence.left(ada);
    presence.gone(ada);
    await tick();
    await tick();
    expect(said).toEqual(['seen ada', 'gone ada']);
  });

  it('a worker that comes back, or speaks by another way, is not gone', async () => {
    const { presence, said, tick } = aPresence();
    presence.gone(ada);
    presence.joined({ ...ada });
    presence.gone(bob);
    presence.heard({ ...bob });
    await tick();
    expect(said).toEqual(['seen ada,bob']);
  });

  it('a sign of life from before the goodbye does not outlive it', async () => {
    const { presence, said, tick } = aPresence();
    presence.joined(ada);
    presence.heard({ ...ada });
    presence.left(ada);
    presence.gone(ada);
    await tick();
    expect(said).toEqual(['gone ada']);
  });

  it('says it later when it could not be said now', async () => {
    const { store, presence, said, tick } = aPresence();
    presence.heard(ada);
    presence.gone(bob);
    store.seen.mockRejectedValueOnce(new ServiceError('UNAVAILABLE', 'away'));
    await expect(tick()).rejects.toThrow('away');
    store.gone.mockRejectedValueOnce(new ServiceError('UNAVAILABLE', 'away again'));
    await expect(tick()).rejects.toThrow('away again');
    await tick();
    expect(said).toEqual(['seen ada', 'gone bob']);
  });
});

it('a connection is remembered with the worker that last said who it is', () => {
  const peers = createPeers();
  const ada = { orgId, workerId: 'ada' };
  peers.says('127.0.0.1:1', ada);
  expect(peers.says('127.0.0.1:1', { ...ada })).toBe(ada);
  // The same object counts once among the signs of life.
  expect(peers.at('127.0.0.1:1')).toBe(ada);
  peers.says('127.0.0.1:1', { orgId, workerId: 'bob' });
  expect(peers.at('127.0.0.1:1')?.workerId).toBe('bob');
  expect(peers.at('127.0.0.1:2')).toBeUndefined();
  peers.forget('127.0.0.1:1');
  expect(peers.at('127.0.0.1:1')).toBeUndefined();
});
