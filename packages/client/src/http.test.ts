import { getEventListeners } from 'node:events';

import { ServiceError } from '@flovyn/protocol';
import { toProblem } from '@flovyn/protocol/http';
import { afterEach, describe, expect, it } from 'vitest';

import { type Answer, type ScriptedServer, json, scriptedServer } from '../test/support/server.js';
import { Impatience, ManualTime } from '../test/support/surroundings.js';
import { DEFAULT_TIMEOUT_MS, type HttpRequest, MAX_TRIES, type Schema, createHttp } from './http.js';
import { createOrigin } from './origin.js';
import type { Surroundings } from './surroundings.js';

let server: ScriptedServer;
afterEach(() => server.close());

const anything: Schema<unknown> = { safeParse: (data) => ({ success: true, data }) };
const nothing: Schema<never> = { safeParse: () => ({ success: false, error: new Error('wrong shape') }) };
const get: HttpRequest<unknown> = { method: 'GET', path: '/thing', answer: anything, repeatable: true };
const post: HttpRequest<unknown> = {
  method: 'POST',
  path: '/thing',
  body: { a: 1 },
  answer: anything,
  repeatable: false,
};

async function send<Value>(
  request: HttpRequest<Value>,
  answers: readonly [Answer, ...Answer[]],
  surroundings: Surroundings = new Impatience(),
): Promise<Value> {
  server = await scriptedServer(...answers);
  const origin = createOrigin({ baseUrl: `${server.url}/`, org: 'dev', apiKey: 'key', surroundings });
  return createHttp(origin, DEFAULT_TIMEOUT_MS).request(request);
}

const refuse =
  (error: ServiceError, headers: Record<string, string> = {}): Answer =>
  (response) => {
    const body = toProblem(error, '/thing');
    response.writeHead(body.status, { 'content-type': 'application/problem+json', ...headers });
    response.end(JSON.stringify(body));
  };
const busy = refuse(new ServiceError('UNAVAILABLE', 'busy'));

describe('a request', () => {
  it('carries the key, its query and its body', async () => {
    let received = '';
    const echo: Answer = (response, request) => {
      request.setEncoding('utf8').on('data', (text: string) => (received += text));
      request.on('end', () => json(200, { ok: true })(response, request));
    };
    expect(await send({ ...post, query: { limit: 5, status: undefined, q: 'a b' } }, [echo])).toEqual({ ok: true });
    expect(received).toBe('{"a":1}');
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/thing?limit=5&q=a+b',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    });
  });

  it('gives nothing for an answer without content', async () => {
    expect(await send(get, [(response) => response.writeHead(204).end()])).toBeUndefined();
  });

  it('throws what the server said, with its code', async () => {
    const said = new ServiceError('LEASE_LOST', 'the attempt is over');
    await expect(send(get, [refuse(said)])).rejects.toMatchObject({ code: 'LEASE_LOST', message: said.message });
    expect(server.requests).toHaveLength(1);
  });

  it('names the request when somebody else answered', async () => {
    const page: Answer = (response) => response.writeHead(403, { 'content-type': 'text/html' }).end('<html>');
    await expect(send(get, [page])).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('GET /thing') as string,
    });
  });

  it('does not take for granted what the answer holds', async () => {
    const error = await send({ ...get, answer: nothing }, [json(200, {})]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INTERNAL', cause: new Error('wrong shape') });
  });

  it('says so when the answer is not JSON', async () => {
    const page: Answer = (response) => response.writeHead(200).end('<html>');
    await expect(send(get, [page])).rejects.toThrow(/GET \/thing.*not JSON/);
  });
});

describe('trying again', () => {
  it('sends a repeatable request again while the server is away', async () => {
    const surroundings = new Impatience();
    const dead: Answer = (response) => response.destroy();
    expect(await send(get, [busy, dead, json(200, 1)], surroundings)).toBe(1);
    expect(surroundings.delaysMs).toEqual([250, 500]);
  });

  it('gives up after the last try with what that one met', async () => {
    await expect(send(get, [busy])).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'busy' });
    expect(server.requests).toHaveLength(MAX_TRIES);
  });

  it('never sends again what would happen twice', async () => {
    await expect(send(post, [busy, json(200, 1)])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.requests).toHaveLength(1);
  });

  it('never asks again for what cannot change', async () => {
    await expect(send(get, [refuse(new ServiceError('NOT_FOUND', 'no'))])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(server.requests).toHaveLength(1);
  });

  it('comes back when Retry-After says, in seconds or as a date', async () => {
    const inSeconds = new Impatience();
    await send(
      get,
      [refuse(new ServiceError('RESOURCE_EXHAUSTED', 'slow'), { 'retry-after': '3' }), json(200, 1)],
      inSeconds,
    );
    expect(inSeconds.delaysMs).toEqual([3_250]);
    await server.close();

    const { now } = new ManualTime();
    const asDate = new Impatience(now);
    const date = new Date(now() + 20_000).toUTCString();
    await send(get, [refuse(new ServiceError('UNAVAILABLE', 'later'), { 'retry-after': date }), json(200, 1)], asDate);
    expect(asDate.delaysMs).toEqual([20_250]);
  });

  it('does not wait for a moment after its deadline', async () => {
    const surroundings = new Impatience();
    const nextDay = refuse(new ServiceError('UNAVAILABLE', 'tomorrow'), { 'retry-after': '86400' });
    await expect(send(get, [nextDay, json(200, 1)], surroundings)).rejects.toMatchObject({ retryAfterSeconds: 86_400 });
    expect(surroundings.delaysMs).toEqual([]);
  });
});

describe('giving up', () => {
  it('ends at its deadline', async () => {
    const time = new ManualTime();
    // Its answer never comes; the clock moves once it was asked.
    const request = send(get, [() => time.advance(DEFAULT_TIMEOUT_MS)], time);
    await expect(request).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(time.pending).toBe(0);
  });

  it('ends with the reason of its signal, during a try', async () => {
    const controller = new AbortController();
    const why = new Error('not wanted any more');
    const request = send({ ...get, signal: controller.signal }, [() => controller.abort(why)]);
    await expect(request).rejects.toBe(why);
  });

  it('ends with the reason of its signal, between tries', async () => {
    const controller = new AbortController();
    const why = new Error('not wanted any more');
    const time = new ManualTime();
    const abortWhenWaiting: Surroundings = {
      now: time.now,
      chance: time.chance,
      after: (delayMs, then) => {
        if (delayMs !== DEFAULT_TIMEOUT_MS) queueMicrotask(() => controller.abort(why));
        return time.after(delayMs, then);
      },
    };
    await expect(send({ ...get, signal: controller.signal }, [busy], abortWhenWaiting)).rejects.toBe(why);
    expect(time.pending).toBe(0);
  });

  it('leaves nothing behind', async () => {
    const { signal } = new AbortController();
    const time = new ManualTime();
    await send({ ...get, signal }, [json(200, 1)], time);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(time.pending).toBe(0);
  });

  it('is not sent when its signal was aborted before', async () => {
    const why = new Error('never wanted');
    await expect(send({ ...get, signal: AbortSignal.abort(why) }, [json(200, 1)])).rejects.toBe(why);
    expect(server.requests).toHaveLength(0);
  });
});

describe('the address of a server', () => {
  it.each(['nonsense', 'localhost:8000', 'ftp://a', 'http://', 'http://a b', 'http://a:port', undefined])(
    'is not %j, and that is said at once',
    (baseUrl) => {
      expect(() => createOrigin({ baseUrl: baseUrl as string, org: 'dev' })).toThrow('baseUrl');
    },
  );

  it.each(['', '/flovyn/', 'http://127.0.0.1:8000/', 'HTTPS://flovyn.example.com/a'])('may be %j', (baseUrl) => {
    expect(createOrigin({ baseUrl, org: 'dev' }).org).toBe('dev');
  });
});
