import {
  Client,
  type ClientDuplexStream,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  credentials,
} from '@grpc/grpc-js';
import type { OrgId } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { fromGrpcError } from '@flovyn/protocol/grpc';
import { eventually } from '@flovyn/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authoriser } from '../auth/access.js';
import type { Answer, Known } from '../auth/authenticator.js';
import { createGuard } from './guard.js';

type GrpcError = Error & Parameters<typeof fromGrpcError>[0];

const echo = (value: Buffer): Buffer => value;
const method = (path: string, isStream: boolean) => ({
  path,
  requestStream: isStream,
  responseStream: isStream,
  requestSerialize: echo,
  requestDeserialize: echo,
  responseSerialize: echo,
  responseDeserialize: echo,
});
const service: ServiceDefinition = {
  single: method('/test/single', false),
  stream: method('/test/stream', true),
  closed: method('/test/closed', false),
};

const worker: Known = { principal: { type: 'Worker', id: 'w', orgId: 'acme' as OrgId } };
const member: Known = { principal: { type: 'User', id: 'm', orgId: 'acme' as OrgId, role: 'MEMBER' } };
const clock = { now: () => Date.now() };

let server: Server;
let client: Client;
/** What reached a handler, in its order. */
let reached: string[];
let recognise: (credential: string) => Answer;

beforeEach(async () => {
  reached = [];
  const guard = createGuard({
    recognise: (credential) => recognise(credential),
    anonymous: undefined,
    clock,
    authorise: authoriser('cedar'),
    actions: new Map([
      ['/test/single', 'worker:work'],
      ['/test/stream', 'worker:work'],
    ]),
  });
  server = new Server({ interceptors: [guard.interceptor] });
  server.addService(service, {
    single: (call: { metadata: Metadata; request: Buffer }, done: (error: null, answer: Buffer) => void) => {
      reached.push(`${guard.principalOf(call.metadata).id} ${call.request.toString()}`);
      done(null, call.request);
    },
    stream: (call: ServerDuplexStream<Buffer, Buffer>) => {
      reached.push(guard.principalOf(call.metadata).id);
      call.on('data', (message: Buffer) => {
        reached.push(message.toString());
        call.write(message);
      });
      call.on('end', () => call.end());
      call.on('cancelled', () => reached.push('cancelled'));
    },
    closed: () => reached.push('closed'),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
});
afterEach(() => {
  client.close();
  server.forceShutdown();
});

function metadataOf(...keys: string[]): Metadata {
  const metadata = new Metadata();
  for (const key of keys) metadata.add('authorization', `Bearer ${key}`);
  return metadata;
}

/** The answer of a single call, or the code of its refusal. */
function ask(path = '/test/single', metadata = metadataOf('key')): Promise<string | undefined> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, echo, echo, Buffer.from('hello'), metadata, (error, answer) => {
      resolve(error === null ? answer?.toString() : fromGrpcError(error).code);
    });
  });
}

interface OpenStream {
  readonly call: ClientDuplexStream<Buffer, Buffer>;
  readonly received: string[];
  readonly over: Promise<string | undefined>;
}

/** A stream that has sent two messages before it could have heard anything. */
function open(metadata = metadataOf('key')): OpenStream {
  const call = client.makeBidiStreamRequest('/test/stream', echo, echo, metadata);
  const received: string[] = [];
  const over = new Promise<string | undefined>((resolve) => {
    call.on('error', (error) => resolve(fromGrpcError(error as GrpcError).code));
    call.on('end', () => resolve(undefined));
  });
  call.on('data', (message: Buffer) => received.push(message.toString()));
  call.write(Buffer.from('one'));
  call.write(Buffer.from('two'));
  return { call, received, over };
}

/** An answer that is given by hand. */
function byHand() {
  let resolve: (known: Known | undefined) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Known | undefined>((...both) => ([resolve, reject] = both));
  let isAsked = false;
  recognise = () => {
    isAsked = true;
    return promise;
  };
  return { resolve, reject, asked: () => eventually('a caller', () => isAsked) };
}

describe('a call', () => {
  it('goes on at once when its caller is known at once', async () => {
    recognise = () => worker;
    expect(await ask()).toBe('hello');
    expect(reached).toEqual(['w hello']);
  });

  it('R32 reaches nobody while nobody can say who it is from', async () => {
    const { resolve, asked } = byHand();
    const [single, stream] = [ask(), open()];
    await asked();
    await new Promise((done) => setTimeout(done, 100));
    expect(reached).toEqual([]);
    resolve(worker);
    expect(await single).toBe('hello');
    await eventually('both messages', () => stream.received.length === 2);
    expect(stream.received).toEqual(['one', 'two']);
    expect(reached.filter((what) => what !== 'w hello')).toEqual(['w', 'one', 'two']);
    stream.call.end();
    expect(await stream.over).toBeUndefined();
  });

  it.each([
    ['is nobody', (hand: ReturnType<typeof byHand>) => hand.resolve(undefined), 'UNAUTHENTICATED'],
    ['may not', (hand: ReturnType<typeof byHand>) => hand.resolve(member), 'PERMISSION_DENIED'],
    [
      'cannot be asked for',
      (hand: ReturnType<typeof byHand>) => hand.reject(new ServiceError('UNAVAILABLE', 'away')),
      'UNAVAILABLE',
    ],
    ['made somebody stumble', (hand: ReturnType<typeof byHand>) => hand.reject(new TypeError('x')), 'INTERNAL'],
  ])('R32 reaches nobody when its caller %s', async (_what, answer, code) => {
    const hand = byHand();
    const [single, stream] = [ask(), open()];
    await hand.asked();
    answer(hand);
    expect(await single).toBe(code);
    expect(await stream.over).toBe(code);
    expect(reached).toEqual([]);
  });

  it('R32 reaches nobody when whoever is asked throws', async () => {
    recognise = () => {
      throw new ServiceError('UNAVAILABLE', 'too many');
    };
    expect(await ask()).toBe('UNAVAILABLE');
    expect(await open().over).toBe('UNAVAILABLE');
    expect(reached).toEqual([]);
  });

  it('reaches nobody when it was given up meanwhile', async () => {
    const { resolve, asked } = byHand();
    const stream = open();
    await asked();
    stream.call.cancel();
    await stream.over;
    await new Promise((done) => setTimeout(done, 50));
    resolve({ ...worker, until: Date.now() + 50 });
    await new Promise((done) => setTimeout(done, 100));
    expect(reached).toEqual([]);
  });

  it('of a method without an action reaches nobody, whoever it is from', async () => {
    recognise = async () => worker;
    expect(await ask('/test/closed')).toBe('PERMISSION_DENIED');
    expect(reached).toEqual([]);
  });
});

describe('R33 a stream', () => {
  it('is ended when the credential it was opened with has ended', async () => {
    recognise = async () => ({ ...worker, until: Date.now() + 300 });
    const stream = open();
    await eventually('both messages', () => stream.received.length === 2);
    expect(await stream.over).toBe('UNAUTHENTICATED');
    await eventually('the handler to hear of it', () => reached.includes('cancelled'));
  });

  it('that has ended by itself is not looked after any more', async () => {
    let looks = 0;
    recognise = () => ({ ...worker, until: Date.now() + 200, again: () => void looks++ });
    const stream = open();
    stream.call.end();
    expect(await stream.over).toBeUndefined();
    await new Promise((done) => setTimeout(done, 300));
    expect(looks).toBe(0);
  });
});
