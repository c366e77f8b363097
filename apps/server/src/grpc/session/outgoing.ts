import type { ServerFrame, ServerItem } from '@flovyn/protocol/grpc';

/** 4 MiB: what other implementations take in one message unless they are told otherwise. */
const FRAME_BYTES = 4 * 1_024 * 1_024;
/** What an item without payload takes, about. */
const ITEM_BYTES = 64;

/** The sending end of a session's call. */
export interface FrameSink {
  write(frame: ServerFrame): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

export interface Outgoing {
  /** Sends an item with the next frame. Items keep their order. */
  send(item: ServerItem): void;
  /** Sends what waits, now. */
  flush(): void;
  /** Sends nothing any more: nobody is there. */
  close(): void;
}

/**
 * Gathers everything a turn of the event loop has to say into one frame: a frame costs as much as a system call, an item
 * next to nothing.
 *
 * @param onPressure - told when the worker takes frames slower than they are made, and when it has caught up.
 */
export function createOutgoing(sink: FrameSink, onPressure: (isFull: boolean) => void): Outgoing {
  let items: ServerItem[] = [];
  let bytes = 0;
  let isScheduled = false;
  let isClosed = false;
  let isFull = false;

  const flush = (): void => {
    isScheduled = false;
    if (items.length === 0 || isClosed) return;
    const frame = { items };
    items = [];
    bytes = 0;
    if (sink.write(frame) || isFull) return;
    isFull = true;
    onPressure(true);
    sink.once('drain', () => {
      isFull = false;
      onPressure(false);
    });
  };

  return {
    send(item) {
      if (isClosed) return;
      const size = sizeOf(item);
      if (bytes + size > FRAME_BYTES) flush();
      items.push(item);
      bytes += size;
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(flush);
    },
    flush,
    close() {
      isClosed = true;
      items = [];
    },
  };
}

function sizeOf({ item }: ServerItem): number {
  switch (item?.$case) {
    case 'activation':
    case 'historyPage': {
      let size = ITEM_BYTES + (item.value.input?.length ?? 0);
      for (const { eventData } of item.value.events) size += ITEM_BYTES + eventData.length;
      return size;
    }
    case 'taskAssigned':
      return ITEM_BYTES + item.value.input.length;
    case 'executionEnded':
      return ITEM_BYTES + (item.value.output?.length ?? 0) + (item.value.error?.length ?? 0);
    default:
      return ITEM_BYTES;
  }
}
