import type { ServerFrame, ServerItem } from '@flovyn/protocol/grpc';
import type { Greeting } from './registration.js';

/**
 * A line to the server: frames of the session out, frames in. It is all that the worker's inside knows of the server; over
 * which calls they travel is the line's own affair.
 */
export interface FrameStream {
  /** Writes the bytes of one frame. False when no more should be written until `drained` is called. */
  write(frame: Uint8Array): boolean;
  /** Says that nothing more will be written. */
  end(): void;
  /** Tears it down. */
  cancel(): void;
}

export interface FrameListener {
  received(frame: ServerFrame): void;
  drained(): void;
  /** Called once; without an error when the server ended it. */
  ended(error: Error | undefined): void;
}

export type OpenStream = (listener: FrameListener) => FrameStream;

export interface ConnectionListener {
  welcome(greeting: Greeting): void;
  item(item: NonNullable<ServerItem['item']>): void;
  drained(): void;
  ended(error: Error | undefined): void;
}

/** One stream with its back-pressure. */
export class Connection {
  readonly stream: FrameStream;
  isCongested = false;
  #hasEnded = false;

  constructor(open: OpenStream, listener: ConnectionListener) {
    this.stream = open({
      received: ({ items }) => {
        for (const { item } of items) {
          if (item?.$case === 'welcome') listener.welcome(item.value);
          else if (item !== undefined) listener.item(item);
        }
      },
      drained: () => {
        this.isCongested = false;
        listener.drained();
      },
      ended: (error) => {
        if (this.#hasEnded) return;
        this.#hasEnded = true;
        listener.ended(error);
      },
    });
  }

  /** Writes items as one frame. */
  write(items: readonly Uint8Array[]): void {
    this.isCongested = !this.stream.write(Buffer.concat(items));
  }
}
