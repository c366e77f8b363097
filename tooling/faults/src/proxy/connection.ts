import type { Socket } from 'node:net';
import { Pipe } from './pipe.js';
import { type Cut, type Ending, type Way, type Weather, reset } from './weather.js';

interface Fuse {
  readonly way: Way;
  bytes: number;
  readonly ending: Ending;
  /** What the server sees; in order when the request it has been sent must reach it. */
  readonly toServer: Ending;
  /** Only bytes that follow one in the other direction count. */
  armed: boolean;
}

/** One connection through a link: two sockets and what moves between them. */
export class Connection {
  readonly #sockets: readonly [client: Socket, server: Socket];
  readonly #pipes: readonly [up: Pipe, down: Pipe];
  #fuse: Fuse | undefined;
  /** Held while others pass. */
  isHeld = false;

  constructor(client: Socket, server: Socket, weather: (way: Way) => Weather, jitter: () => number) {
    this.#sockets = [client, server];
    const spent = (): void => this.end(this.#fuse?.ending ?? 'rst', this.#fuse?.toServer);
    const pipe = (from: Socket, to: Socket, way: Way): Pipe =>
      new Pipe({
        from,
        to,
        jitter,
        spent,
        weather: () => (this.isHeld ? { ...weather(way), frozen: true } : weather(way)),
        allow: (bytes) => this.#allow(way, bytes),
      });
    this.#pipes = [pipe(client, server, 'up'), pipe(server, client, 'down')];
    // What breaks one of them closes it, and that is passed on.
    for (const socket of this.#sockets) socket.on('error', () => undefined);
  }

  move(): void {
    for (const pipe of this.#pipes) pipe.move();
  }

  cut(cut: Cut): void {
    switch (cut.type) {
      case 'now':
        return this.end(cut.ending);
      case 'after-bytes':
        this.#fuse = { way: cut.way, bytes: cut.bytes, ending: cut.ending, toServer: cut.ending, armed: true };
        return;
      case 'after-request':
        // The whole of what is under way goes up; the byte after it does not.
        this.#fuse = { way: 'up', bytes: Number.POSITIVE_INFINITY, ending: 'rst', toServer: 'fin', armed: true };
        return;
      case 'before-reply':
        this.#fuse = { way: 'down', bytes: 0, ending: 'rst', toServer: 'fin', armed: false };
    }
  }

  /** Takes both sockets down, whatever is still under way. */
  end(toClient: Ending, toServer: Ending = toClient): void {
    const [client, server] = this.#sockets;
    for (const [socket, ending] of [
      [client, toClient],
      [server, toServer],
    ] as const) {
      if (socket.destroyed) continue;
      if (ending === 'rst') reset(socket);
      else socket.destroySoon();
    }
  }

  #allow(way: Way, bytes: number): number | undefined {
    const fuse = this.#fuse;
    if (fuse === undefined) return undefined;
    if (way !== fuse.way) {
      fuse.armed = true;
      return undefined;
    }
    if (!fuse.armed) return undefined;
    if (fuse.bytes === Number.POSITIVE_INFINITY) return bytes;
    fuse.bytes -= bytes;
    return fuse.bytes > 0 ? undefined : fuse.bytes + bytes;
  }
}
