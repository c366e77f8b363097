import type { FlovynEvent, Frame, StreamEvent } from '@flovyn/events';
import { parseExecutionId, parseTaskId } from '@flovyn/events';
import { encodeEnd, encodeEntry, encodeReady, frameJson, sseEntryName } from '@flovyn/events/sse';

function known<T>(id: T | undefined): T {
  if (id === undefined) throw new Error('not an id');
  return id;
}

export const executionId = known(parseExecutionId('018f6b2e-0000-7000-8000-000000000001'));
export const taskId = known(parseTaskId('018f6b2e-0000-7000-8000-000000000002'));

/** A frame of the test's execution: news, or output of its one task. */
export function frame(seq: number, event: FlovynEvent, parts: Partial<Frame> = {}): Frame {
  const whose = event.type === 'Event' ? {} : { taskExecutionId: taskId, attempt: 1 };
  const head = {
    v: 1,
    epoch: 'e1',
    executionId,
    rootExecutionId: executionId,
    timestampMs: 1_700_000_000_000,
  } as const;
  return { ...head, seq, ...whose, ...parts, event };
}

/** A token's frame: the plainest entry there is. */
export function token(seq: number, text = `token ${seq}`, parts: Partial<Frame> = {}): Frame {
  return frame(seq, { type: 'token', text } satisfies StreamEvent, parts);
}

export function tokens(from: number, to: number): Frame[] {
  return Array.from({ length: to - from + 1 }, (_, index) => token(from + index));
}

export function cursorOf({ epoch, seq }: Frame): string {
  return `${epoch}.${seq}`;
}

/** The frame as SSE text, as the server writes it. */
export function sse(entry: Frame): string {
  const { event, ...head } = entry;
  return encodeEntry({ event: sseEntryName(event), id: cursorOf(entry), data: frameJson(head, JSON.stringify(event)) });
}

/** The whole answer of a server that holds `log` and whose execution has ended, or goes on. */
export function replay(log: readonly Frame[], after: string | undefined, ending: 'COMPLETED' | 'open' = 'COMPLETED') {
  const seq = after === undefined ? 0 : Number(after.split('.')[1]);
  const ready = encodeReady({ epoch: 'e1', from: seq + 1, head: log.at(-1)?.seq ?? 0 });
  const entries = log.filter((entry) => entry.seq > seq).map(sse);
  return [ready, ...entries, ending === 'open' ? '' : encodeEnd({ status: ending })].join('');
}
