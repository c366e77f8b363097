import { encodeComment, encodeEnd, encodeGap, encodeReady, encodeRetry } from '@flovyn/events/sse';
import { afterEach, describe, expect, it } from 'vitest';

import { cursorOf, replay, sse, token, tokens } from '../test/support/log.js';
import { type Answer, type ScriptedServer, problem, scriptedServer, stream } from '../test/support/server.js';
import { Impatience } from '../test/support/surroundings.js';
import { type LiveStream, openLiveStream } from './live-stream.js';
import type { LiveStreamMessage } from './live-stream-message.js';
import { createOrigin } from './origin.js';
import { streamExecution } from './stream-execution.js';
import type { Surroundings } from './surroundings.js';
import { type Patience, defaultPatience } from './patience.js';

let server: ScriptedServer;
let live: LiveStream;

afterEach(async () => {
  live.close();
  await server.close();
});

interface Options {
  readonly patience?: Partial<Patience>;
  readonly cursor?: string;
  readonly contiguous?: boolean;
  readonly isLog?: boolean;
  readonly awaitCreationMs?: number;
  readonly signal?: AbortSignal;
  readonly surroundings?: Surroundings;
}

async function open(answers: readonly [Answer, ...Answer[]], options: Options = {}): Promise<LiveStream> {
  server = await scriptedServer(...answers);
  return reopen(options);
}

/** Another stream from the same server. */
function reopen(options: Options = {}): LiveStream {
  const { url } = server;
  live = openLiveStream(
    {
      attempted: 'GET /stream',
      open: (cursor, signal) =>
        fetch(url, { signal, headers: cursor === undefined ? {} : { 'last-event-id': cursor } }),
    },
    {
      cursor: options.cursor,
      contiguous: options.contiguous ?? true,
      isLog: options.isLog ?? true,
      awaitCreationMs: options.awaitCreationMs ?? 0,
      patience: { ...defaultPatience, ...options.patience },
      signal: options.signal,
    },
    options.surroundings ?? new Impatience(),
  );
  return live;
}

async function collect(stream: AsyncIterable<LiveStreamMessage>): Promise<LiveStreamMessage[]> {
  const messages: LiveStreamMessage[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
}

/** What was received, without changes of status: cursors, and the other messages by kind. */
const words = (messages: readonly LiveStreamMessage[]) =>
  messages.flatMap((message) => {
    if (message.kind === 'status') return [];
    return message.kind === 'entry' ? [cursorOf(message.frame)] : [message.kind];
  });

const askedFor = () => server.requests.map(({ headers }) => headers['last-event-id']);

/** A line of a consolidated stream: a number of its execution in the frame, one of the family in the id. */
const lineOf = (familySeq: number, ownSeq: number): string =>
  sse(token(ownSeq)).replace(/^id: .*$/m, `id: f1.${familySeq}`);

describe('a consolidated stream', () => {
  const log = [lineOf(1, 1), lineOf(2, 2), lineOf(3, 1), lineOf(4, 3)];
  const end = encodeEnd({ status: 'COMPLETED' });

  it('L31 is numbered by the ids, whatever the frames say', async () => {
    const begun = encodeReady({ epoch: 'f1', from: 1, head: 4 }) + log.slice(0, 2).join('');
    const rest = encodeReady({ epoch: 'f1', from: 3, head: 4 }) + log.slice(2).join('') + end;
    const messages = await collect(await open([stream(begun, 'cut'), stream(rest)]));
    expect(words(messages)).toEqual(['e1.1', 'e1.2', 'e1.1', 'e1.3']);
    expect(askedFor()).toEqual([undefined, 'f1.2']);
  });

  it('L31 asks again for a number that is missing', async () => {
    const ready = encodeReady({ epoch: 'f1', from: 1, head: 4 });
    const holed = ready + log[0] + log[2];
    const rest = encodeReady({ epoch: 'f1', from: 2, head: 4 }) + log.slice(1).join('') + end;
    const messages = await collect(await open([stream(holed, 'open'), stream(rest)]));
    expect(words(messages)).toEqual(['e1.1', 'e1.2', 'e1.1', 'e1.3']);
    expect(askedFor()).toEqual([undefined, 'f1.1']);
  });

  it('L32 of a child is read with holes, as the part of a larger one that it is', async () => {
    const ready = encodeReady({ epoch: 'f1', from: 1, head: 9, below: token(1).executionId });
    const messages = await collect(await open([stream(ready + lineOf(5, 1) + lineOf(9, 2) + end)]));
    expect(words(messages)).toEqual(['e1.1', 'e1.2']);
    expect(askedFor()).toEqual([undefined]);
  });
});

describe('a live stream over a real connection', () => {
  it('L01 asks for everything that is kept, and gives it in order', async () => {
    const messages = await collect(await open([stream(replay(tokens(1, 5), undefined))]));
    expect(words(messages)).toEqual(['e1.1', 'e1.2', 'e1.3', 'e1.4', 'e1.5']);
    expect(askedFor()).toEqual([undefined]);
  });

  it('L01 asks for what follows the cursor it was given', async () => {
    const messages = await collect(await open([stream(replay(tokens(1, 5), 'e1.3'))], { cursor: 'e1.3' }));
    expect(words(messages)).toEqual(['e1.4', 'e1.5']);
    expect(askedFor()).toEqual(['e1.3']);
  });

  it.each(['a\nb', 'a\n', 'ä', 'a b', 'a'.repeat(129)])(
    'L01 refuses %j, which no entry can have as its id',
    (lastEventId) => {
      const origin = createOrigin({ baseUrl: 'http://127.0.0.1:1', org: 'dev' });
      const target = { workflowExecutionId: '0191f80f-aea2-7677-8720-91c825f9b7ff' };
      expect(() => streamExecution(origin, target, { lastEventId })).toThrow('lastEventId is the id of an entry');
    },
  );

  it('L13 loses and doubles nothing when the connection is cut at any byte', async () => {
    const log = tokens(1, 2).map((entry) => token(entry.seq, `ünï ${entry.seq} 🚀`));
    const whole = new TextEncoder().encode(replay(log, undefined));
    let cut = 0;
    let isFirst = true;
    const unsteady: Answer = (response, request) => {
      const cursor = request.headers['last-event-id'] as string | undefined;
      if (isFirst) stream(whole.slice(0, cut), 'cut')(response, request);
      else stream(replay(log, cursor))(response, request);
      isFirst = false;
    };
    server = await scriptedServer(unsteady);
    for (cut = 0; cut <= whole.length; cut += 1) {
      isFirst = true;
      expect(words(await collect(reopen())), `cut after ${cut} bytes`).toEqual(['e1.1', 'e1.2']);
    }
  });

  it('L03 opens on an event stream, however its content type is spelt', async () => {
    const spelt: Answer = (response) =>
      response
        .writeHead(200, { 'content-type': 'Text/Event-Stream; charset=utf-8' })
        .end(replay(tokens(1, 1), undefined));
    expect(words(await collect(await open([spelt])))).toEqual(['e1.1']);
  });

  it('L04 ends at once on 204, which says that everything had been read', async () => {
    const stream = await open([(response) => response.writeHead(204).end()], { cursor: 'e1.9' });
    await stream.ready;
    expect(await collect(stream)).toEqual([{ kind: 'status', status: { state: 'ended', executionStatus: undefined } }]);
  });

  it.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [400, 'INVALID_ARGUMENT'],
    [501, 'UNIMPLEMENTED'],
  ])('L05 fails with a typed error on %i', async (status, code) => {
    const stream = await open([problem(status, code)]);
    await expect(collect(stream)).rejects.toMatchObject({ name: 'ServiceError', code });
    await expect(stream.ready).rejects.toMatchObject({ code });
    expect(stream.status).toMatchObject({ state: 'failed' });
    expect(server.requests).toHaveLength(1);
  });

  it('L05 says so when the address is not that of an event stream', async () => {
    const page: Answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    await expect(collect(await open([page]))).rejects.toThrow(/text\/html instead of an event stream/);
  });

  it('L06 waits for an id that is about to exist', async () => {
    const surroundings = new Impatience();
    const answers = [
      problem(404, 'NOT_FOUND'),
      problem(404, 'NOT_FOUND'),
      stream(replay(tokens(1, 2), undefined)),
    ] as const;
    const messages = await collect(await open(answers, { awaitCreationMs: 10_000, surroundings }));
    expect(words(messages)).toEqual(['e1.1', 'e1.2']);
    expect(surroundings.delaysMs).toEqual([200, 200]);
  });

  it.each([408, 425, 429, 500, 502, 503, 504])('L07 waits %i out', async (status) => {
    const page: Answer = (response) => response.writeHead(status).end('<html>');
    const messages = await collect(await open([page, page, stream(replay(tokens(1, 1), undefined))]));
    expect(words(messages)).toEqual(['e1.1']);
    expect(server.requests).toHaveLength(3);
  });

  it('L09 comes back when a busy server said it should', async () => {
    const surroundings = new Impatience();
    const answers = [
      problem(503, 'UNAVAILABLE', { 'retry-after': '7' }),
      stream(replay(tokens(1, 1), undefined)),
    ] as const;
    expect(words(await collect(await open(answers, { surroundings })))).toEqual(['e1.1']);
    expect(surroundings.delaysMs).toEqual([7_250]);
  });

  it('L10 keeps the distance the server asked for', async () => {
    const surroundings = new Impatience();
    const answers = [stream(encodeRetry(4_000), 'cut'), stream(replay(tokens(1, 1), undefined))] as const;
    expect(words(await collect(await open(answers, { surroundings })))).toEqual(['e1.1']);
    expect(surroundings.delaysMs).toEqual([4_000]);
  });

  it('L14 asks again from its cursor when a number is missing', async () => {
    const hole = encodeReady({ epoch: 'e1', from: 1, head: 4 }) + sse(token(1)) + sse(token(3)) + sse(token(4));
    const messages = await collect(await open([stream(hole, 'open'), stream(replay(tokens(1, 4), 'e1.1'))]));
    expect(words(messages)).toEqual(['e1.1', 'e1.2', 'e1.3', 'e1.4']);
    expect(askedFor()).toEqual([undefined, 'e1.1']);
  });

  it('L15 says aloud what the server keeps leaving out', async () => {
    const hole = sse(token(1)) + sse(token(4)) + encodeEnd({ status: 'COMPLETED' });
    const again = sse(token(4)) + encodeEnd({ status: 'COMPLETED' });
    const messages = await collect(await open([stream(hole), stream(again)]));
    expect(messages.filter(({ kind }) => kind !== 'status')).toMatchObject([
      { kind: 'entry', id: 'e1.1' },
      { kind: 'gap', from: 2, to: 3, reason: 'missing' },
      { kind: 'entry', id: 'e1.4' },
    ]);
    expect(server.requests).toHaveLength(4);
  });

  it('L17 gives a gap in its place, once, whatever happens to the connection', async () => {
    const gap = encodeReady({ epoch: 'e1', from: 1, head: 6 }) + encodeGap({ from: 1, to: 4, reason: 'expired' });
    const messages = await collect(await open([stream(gap, 'cut'), stream(gap + replay(tokens(5, 6), undefined))]));
    expect(words(messages)).toEqual(['gap', 'e1.5', 'e1.6']);
  });

  it('L19 gives what it cannot read as it is, and goes on', async () => {
    const broken = [
      `event: data\nid: e1.2\ndata: {"v":1,"seq":2,"epoch":"e1","executionId":"018f6b2e-0000-7000-8000-000000000001","rootExecutionId":"018f6b2e-0000-7000-8000-000000000001","timestampMs":1,"event":{"type":"Event","event":"FROM_THE_FUTURE","data":{},"timestampMs":1}}\n\n`,
      `event: progress\nid: e1.3\ndata: {"v":1,"seq":3,"epoch":"e1","executionId":"018f6b2e-0000-7000-8000-000000000001","rootExecutionId":"018f6b2e-0000-7000-8000-000000000001","timestampMs":1,"event":{"type":"progress","progress":"half"}}\n\n`,
      'event: token\nid: e1.4\ndata: {not json\n\n',
    ];
    const text = sse(token(1)) + broken.join('') + sse(token(5)) + encodeEnd({ status: 'COMPLETED' });
    const messages = await collect(await open([stream(text)]));
    expect(words(messages)).toEqual(['e1.1', 'unknown', 'invalid', 'malformed', 'e1.5']);
    expect(server.requests).toHaveLength(1);
  });

  it('L24 says where replay ends and the present begins', async () => {
    const text =
      encodeReady({ epoch: 'e1', from: 1, head: 2 }) +
      [1, 2, 3].map((seq) => sse(token(seq))).join('') +
      encodeComment() +
      encodeEnd({ status: 'FAILED' });
    const messages = await collect(await open([stream(text)]));
    const told = messages.map((message) => (message.kind === 'status' ? message.status.state : words([message])[0]));
    expect(told.slice(-6)).toEqual(['catching-up', 'e1.1', 'e1.2', 'live', 'e1.3', 'ended']);
    expect(messages.at(-1)).toEqual({ kind: 'status', status: { state: 'ended', executionStatus: 'FAILED' } });
  });

  it('L25 does not come back after the end', async () => {
    await collect(await open([stream(replay(tokens(1, 2), undefined), 'open')]));
    expect(server.requests).toHaveLength(1);
    expect(live.status).toEqual({ state: 'ended', executionStatus: 'COMPLETED' });
  });

  it('L26 closes the connection when its reader leaves the loop', async () => {
    let closed: Promise<void> | undefined;
    const answer: Answer = (response, request) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      stream(replay(tokens(1, 2), undefined, 'open'), 'open')(response, request);
    };
    for await (const message of await open([answer])) if (message.kind === 'entry') break;
    await closed;
    expect(live.status).toEqual({ state: 'closed' });
    expect(await collect(live)).toEqual([]);
  });

  it('L26 ends quietly when its signal is aborted', async () => {
    const controller = new AbortController();
    const stillOpen = stream(replay(tokens(1, 2), undefined, 'open'), 'open');
    const opened = await open([stillOpen], { signal: controller.signal });
    await opened.ready;
    const reading = collect(opened);
    controller.abort();
    await reading;
    expect(opened.status).toEqual({ state: 'closed' });
  });

  it('L26 closed before it was ready, says so there', async () => {
    const controller = new AbortController();
    controller.abort();
    const opened = await open([() => undefined], { signal: controller.signal });
    await expect(opened.ready).rejects.toMatchObject({ name: 'AbortError' });
    expect(await collect(opened)).toEqual([]);
  });
});
