import type { Client, LiveStreamMessage, StreamEntry, StreamGap, StreamTarget } from '@flovyn/client';
import { isStateEvent } from '@flovyn/events';
import { expect } from 'vitest';
import { eventually } from './conditions.js';
import { expectLegal } from './story.js';

/** A reader as people have it: it reconnects by itself, until its execution has ended. */
export interface Reader {
  readonly entries: readonly StreamEntry[];
  readonly gaps: readonly StreamGap[];
  /** How often its connection was lost or refused. */
  readonly losses: () => number;
  /** Waits until there is so much output of tasks. */
  output(count: number): Promise<void>;
  /** What it was told, in short: `abc.1-41 gap(42-69 epoch) xyz.42-90`. */
  summary(): string;
  /** Waits for the end, and finds that everything was legal: each entry once, in order, nothing missing without a word. */
  toEnd(): Promise<void>;
}

export function follow(client: Client, target: StreamTarget): Reader {
  return read(client, target, expectLegal);
}

/** Follows an execution and all its descendants. Their order is for the test to look at, which knows the log. */
export function followFamily(client: Client, workflowExecutionId: string): Reader {
  return read(client, { workflowExecutionId, consolidated: true }, () => undefined);
}

function read(client: Client, target: StreamTarget, check: typeof expectLegal): Reader {
  const stream = client.stream(target, { awaitCreationMs: 10_000 });
  const entries: StreamEntry[] = [];
  const gaps: StreamGap[] = [];
  const told: (StreamEntry | StreamGap)[] = [];
  const others: LiveStreamMessage[] = [];
  let losses = 0;
  let outputs = 0;

  const reading = (async () => {
    for await (const message of stream) {
      if (message.kind === 'status') {
        if (message.status.state === 'waiting') losses += 1;
      } else if (message.kind === 'entry') {
        told.push(message);
        entries.push(message);
        if (!isStateEvent(message.frame.event)) outputs += 1;
      } else if (message.kind === 'gap') {
        told.push(message);
        gaps.push(message);
      } else {
        others.push(message);
      }
    }
  })();
  // Reported where the end is waited for.
  reading.catch(() => undefined);

  return {
    entries,
    gaps,
    losses: () => losses,
    output: async (count) => void (await eventually(`${count} entries of output`, () => outputs >= count)),
    summary: () => summaryOf(told),
    async toEnd() {
      await eventually(
        'the end of the stream',
        () => ['ended', 'failed', 'closed'].includes(stream.status.state),
        60_000,
      );
      await reading;
      expect(others).toEqual([]);
      // A gap the client itself found would be entries left out without a word.
      const declared = told.map((message) =>
        message.kind === 'gap' && message.reason === 'missing' ? undefined : message,
      );
      const seen = declared.filter((message) => message !== undefined);
      check(seen as Parameters<typeof check>[0], `It was told ${summaryOf(told)}`);
      expect(declared).not.toContain(undefined);
    },
  };
}

function summaryOf(told: readonly (StreamEntry | StreamGap)[]): string {
  const parts: { epoch: string; from: number; to: number; gap?: string }[] = [];
  for (const message of told) {
    const last = parts.at(-1);
    if (message.kind === 'gap') {
      parts.push({ epoch: '', from: message.from, to: message.to, gap: message.reason });
      continue;
    }
    const { epoch, seq } = message.frame;
    if (last?.epoch === epoch && last.to + 1 === seq) last.to = seq;
    else parts.push({ epoch, from: seq, to: seq });
  }
  return parts
    .map(({ epoch, from, to, gap }) => (gap === undefined ? `${epoch}.${from}-${to}` : `gap(${from}-${to} ${gap})`))
    .join(' ');
}
