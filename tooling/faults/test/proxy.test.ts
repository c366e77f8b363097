import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, type Server, type Socket, createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@flovyn/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type Link, openLink } from '../src/proxy/link.js';
import { PIPE_MAX_BYTES } from '../src/proxy/pipe.js';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A server that writes down what it gets, and answers as it is told. */
async function openServer(answer: (text: string, socket: Socket) => void = (text, socket) => socket.write(text)) {
  const sockets: Socket[] = [];
  const heard: string[] = [];
  const ends: string[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString());
      answer(chunk.toString(), socket);
    });
    socket.on('end', () => {
      ends.push('fin');
      socket.end();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? 'error'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets, ends, heard: () => heard.join('') };
}

async function linkTo(port: number): Promise<Link> {
  const link = await openLink({ name: 'link', target: { port }, chance: () => 0.5 });
  undo.push(() => link.close());
  return link;
}

async function callerOf({ port }: Pick<Link, 'port'>) {
  const socket = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true });
  undo.push(() => socket.destroy());
  const heard: string[] = [];
  const ends: string[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
  socket.on('end', () => ends.push('fin'));
  socket.on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? 'error'));
  socket.on('close', () => ends.push('closed'));
  await once(socket, 'connect');
  return { socket, ends, heard: () => heard.join('') };
}

/** Until everything that was already under way has been dealt with: a message through a clear link of its own came back. */
async function aRoundTrip(): Promise<void> {
  const { port } = await openServer();
  const { socket, heard } = await callerOf(await linkTo(port));
  for (const text of ['.', '..', '...']) {
    socket.write('.');
    await eventually('an echo', () => heard() === text);
  }
}

describe('a link in clear weather', () => {
  it('passes on bytes both ways, and each end by itself', async () => {
    const server = await openServer();
    const link = await linkTo(server.port);
    const caller = await callerOf(link);
    caller.socket.write('hello');
    await eventually('the echo', () => caller.heard() === 'hello');
    caller.socket.end('bye');
    await eventually('the last words', () => caller.heard() === 'hellobye');
    await eventually('both ends', () => server.ends.includes('fin') && caller.ends.includes('fin'));
    await eventually('no connection', () => link.open() === 0);
    expect(caller.ends).not.toContain('ECONNRESET');
  });

  it('closes the connection when nobody listens behind it', async () => {
    const link = await linkTo(1);
    const caller = await callerOf(link);
    await eventually('the close', () => caller.ends.includes('closed'));
  });

  it('reaches the socket of a file, which is closed where another would be reset', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'link-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'socket');
    const ends: string[] = [];
    const server = createServer((socket) => {
      socket.on('close', () => ends.push('closed'));
      socket.pipe(socket);
    });
    server.listen(path);
    await once(server, 'listening');
    undo.push(() => server.close());
    const link = await openLink({ name: 'link', target: { path } });
    undo.push(() => link.close());
    const caller = await callerOf(link);
    caller.socket.write('hello');
    await eventually('the echo', () => caller.heard() === 'hello');
    link.cut({ type: 'now', ending: 'rst' });
    await eventually('both ends', () => caller.ends.includes('ECONNRESET') && ends.includes('closed'));
  });

  it('takes new connections to where it was moved, and leaves the others', async () => {
    const [one, two] = [await openServer(), await openServer()];
    const link = await linkTo(one.port);
    const first = await callerOf(link);
    first.socket.write('1');
    await eventually('an echo', () => first.heard() === '1');
    link.moveTo({ port: two.port });
    const second = await callerOf(link);
    second.socket.write('2');
    first.socket.write('1');
    await eventually('both', () => one.heard() === '11' && two.heard() === '2');
    expect(link.taken()).toBe(2);
  });
});

describe('a link that suffers', () => {
  it('delays chunks, and keeps their order whatever the jitter', async () => {
    let chance = 1;
    const server = await openServer();
    const link = await openLink({ name: 'link', target: { port: server.port }, chance: () => (chance = 1 - chance) });
    undo.push(() => link.close());
    const caller = await callerOf(link);
    link.suffer({ type: 'delay', ms: 30, jitterMs: 30 });
    const begun = performance.now();
    for (const text of ['a', 'b', 'c', 'd']) {
      caller.socket.write(text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually('all', () => caller.heard() === 'abcd');
    // The first of them meets 0 or 60 ms on one of its ways: never less than the least that was asked for in all.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(30);
  });

  it('slows down to so many bytes per second, and holds no more than it may', async () => {
    const server = await openServer(() => undefined);
    const link = await linkTo(server.port);
    const caller = await callerOf(link);
    link.suffer({ type: 'slow', bytesPerSecond: 20_000 });
    const begun = performance.now();
    caller.socket.write(Buffer.alloc(4_000, 'x'));
    await eventually('some', () => server.heard().length > 0);
    expect(server.heard().length).toBeLessThan(4_000);
    await eventually('all', () => server.heard().length === 4_000);
    // Four steps after the first, of 50 ms each; a timer may be a hair early.
    expect(performance.now() - begun).toBeGreaterThan(120);
  });

  it('frozen, moves nothing and closes nothing; thawed, loses nothing', async () => {
    const server = await openServer();
    const link = await linkTo(server.port);
    const caller = await callerOf(link);
    link.suffer({ type: 'freeze', way: 'both' });
    caller.socket.end('hello');
    await aRoundTrip();
    expect(server.heard()).toBe('');
    expect(server.ends).toEqual([]);
    link.heal();
    await eventually('the echo and the end', () => caller.heard() === 'hello' && caller.ends.includes('fin'));
  });

  it('frozen on one way, hears and is not heard', async () => {
    const server = await openServer();
    const link = await linkTo(server.port);
    const caller = await callerOf(link);
    link.suffer({ type: 'freeze', way: 'down' });
    caller.socket.write('hello');
    await eventually('it to be heard', () => server.heard() === 'hello');
    await aRoundTrip();
    expect(caller.heard()).toBe('');
    link.heal();
    await eventually('the echo', () => caller.heard() === 'hello');
  });

  it('makes a sender wait when it holds enough', async () => {
    const server = await openServer(() => undefined);
    const link = await linkTo(server.port);
    const caller = await callerOf(link);
    link.suffer({ type: 'freeze', way: 'up' });
    const [chunks, size] = [256, 256 * 1024];
    let sent = 0;
    for (let chunk = 0; chunk < chunks; chunk++) caller.socket.write(Buffer.alloc(size, 'x'), () => (sent += size));
    await eventually('the sender to stand still', async () => {
      const before = sent;
      await aRoundTrip();
      return before > PIPE_MAX_BYTES && before === sent;
    });
    expect(sent).toBeLessThan(chunks * size);
    link.heal();
    await eventually('all', () => server.heard().length === chunks * size);
  });

  it('refuses new connections, and keeps the others', async () => {
    const server = await openServer();
    const link = await linkTo(server.port);
    const first = await callerOf(link);
    link.suffer({ type: 'refuse' });
    const second = createConnection({ port: link.port, host: '127.0.0.1' });
    undo.push(() => second.destroy());
    const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    first.socket.write('still here');
    await eventually('the echo', () => first.heard() === 'still here');
  });

  it('lets a later connection overtake an earlier one', async () => {
    const server = await openServer();
    const link = await linkTo(server.port);
    const [first, second] = [await callerOf(link), await callerOf(link)];
    await eventually('both connections', () => link.open() === 2);
    link.suffer({ type: 'overtake' });
    first.socket.write('first ');
    second.socket.write('second ');
    await eventually('the second', () => server.heard() === 'second ');
    link.heal();
    await eventually('the first', () => server.heard() === 'second first ');
  });
});

describe('a cut', () => {
  it.each(['fin', 'rst'] as const)('now, by %s, is seen at both ends', async (ending) => {
    const server = await openServer();
    const link = await linkTo(server.port);
    const caller = await callerOf(link);
    caller.socket.write('x');
    await eventually('an echo', () => caller.heard() === 'x');
    link.cut({ type: 'now', ending });
    const seen = ending === 'fin' ? 'fin' : 'ECONNRESET';
    await eventually('both ends', () => server.ends.includes(seen) && caller.ends.includes(seen));
  });

  it('after n bytes lets n bytes pass', async () => {
    const server = await openServer(() => undefined);
    const link = await linkTo(server.port);
    const caller = await callerOf(link);
    await eventually('the connection', () => server.sockets.length === 1);
    link.cut({ type: 'after-bytes', way: 'up', bytes: 7, ending: 'fin' });
    caller.socket.write('0123456789');
    await eventually('the end', () => server.ends.includes('fin') && caller.ends.includes('fin'));
    expect(server.heard()).toBe('0123456');
  });

  it('after a request: it arrives, and nobody hears of it', async () => {
    const server = await openServer();
    const link = await linkTo(server.port);
    const caller = await callerOf(link);
    await eventually('the connection', () => server.sockets.length === 1);
    link.cut({ type: 'after-request' });
    caller.socket.write('do it');
    await eventually('the cut', () => caller.ends.includes('ECONNRESET'));
    await eventually('the request', () => server.heard() === 'do it');
    expect(caller.heard()).toBe('');
  });

  it('before a reply: it was given, and is not heard', async () => {
    const replies: string[] = [];
    const server = await openServer((text, socket) => {
      replies.push(text);
      socket.write(`done: ${text}`);
    });
    const link = await linkTo(server.port);
    const caller = await callerOf(link);
    await eventually('the connection', () => server.sockets.length === 1);
    link.cut({ type: 'before-reply' });
    caller.socket.write('do it');
    await eventually('the cut', () => caller.ends.includes('ECONNRESET'));
    expect(replies).toEqual(['do it']);
    expect(caller.heard()).toBe('');
  });
});
