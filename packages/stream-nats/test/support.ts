import type { ExecutionId, StreamEntry, Topic } from '@flovyn/engine';
import { type NatsNeighbours, openNats } from '@flovyn/stream-nats';
import { type TestNats, eventually } from '@flovyn/testing';

export const execution = '01900000-0000-7000-8000-000000000001' as ExecutionId;
export const another = '01900000-0000-7000-8000-000000000002' as ExecutionId;

/** One execution, to be followed. */
export function topicOf(id: ExecutionId): Topic {
  return { of: 'execution', id };
}

/** Tokens of one execution, numbered on from `first`. */
export function tokens(first: number, texts: readonly string[], id = execution): StreamEntry[] {
  return texts.map((text, index) => ({
    executionId: id,
    rootId: id,
    epoch: 'epoch1',
    seq: first + index,
    kind: 'token',
    // Two spaces: the text a worker sent is what a reader gets.
    event: `{"type":"token",  "text":${JSON.stringify(text)}}` as StreamEntry['event'],
    timestampMs: 1_700_000_000_000,
  }));
}

/** A process of its own, as far as NATS knows. */
export interface Process {
  readonly nats: NatsNeighbours;
  /** How often it doubted. */
  readonly doubts: () => number;
  /** What it was told of an execution, commit by commit. */
  follow(id?: ExecutionId): (readonly StreamEntry[])[];
}

/** Opens processes on one server and closes them again. */
export function createProcesses(): {
  open(server: TestNats, options?: { readonly keepsCopies?: boolean }): Process;
  /** Waits until each hears all others: what is said from then on arrives. */
  meet(...processes: readonly Process[]): Promise<void>;
  closeAll(): Promise<void>;
} {
  const opened: NatsNeighbours[] = [];
  return {
    open({ url }, options = {}) {
      const nats = openNats({ url, ...options });
      opened.push(nats);
      let doubts = 0;
      nats.onDoubt(() => (doubts += 1));
      return {
        nats,
        doubts: () => doubts,
        follow(id = execution) {
          const heard: (readonly StreamEntry[])[] = [];
          nats.follow(topicOf(id), (entries) => heard.push(entries));
          return heard;
        },
      };
    },
    async meet(...processes) {
      for (const { nats } of processes) await eventually('NATS', () => nats.status.connected);
      const probe = '01900000-0000-7000-8000-00000000ffff' as ExecutionId;
      for (const speaker of processes) {
        for (const listener of processes) {
          if (listener === speaker) continue;
          const heard = listener.follow(probe);
          await eventually('the others', () => {
            speaker.nats.publish(topicOf(probe), tokens(1, ['?'], probe));
            return heard.length > 0;
          });
        }
      }
    },
    async closeAll() {
      await Promise.all(opened.splice(0).map((nats) => nats.close()));
    },
  };
}
