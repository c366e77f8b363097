import type { LiveStream, LiveStreamMessage, LiveStreamStatus } from '@flovyn/client';
import { type FlovynEvent, type Frame, parseExecutionId, parseTaskId } from '@flovyn/events';

export const EXECUTION = '00000000-0000-4000-8000-000000000001';
export const TASK = '00000000-0000-4000-8000-00000000000a';

/** An entry of a stream; its position is `e.<seq>`. */
export function entry(
  seq: number,
  event: FlovynEvent,
  { taskId, attempt = 1 }: { taskId?: string; attempt?: number } = {},
): LiveStreamMessage {
  const executionId = parseExecutionId(EXECUTION);
  const taskExecutionId = taskId === undefined ? undefined : parseTaskId(taskId);
  if (executionId === undefined) throw new Error('This is a UUID.');
  const frame: Frame = {
    v: 1,
    seq,
    epoch: 'e',
    executionId,
    rootExecutionId: executionId,
    timestampMs: seq,
    event,
    ...(taskExecutionId === undefined ? {} : { taskExecutionId, attempt }),
  };
  return { kind: 'entry', frame, id: `e.${seq}` };
}

export function token(seq: number, text: string): LiveStreamMessage {
  return entry(seq, { type: 'token', text }, { taskId: TASK });
}

export function workflowNews(seq: number, event: 'WORKFLOW_STARTED' | 'WORKFLOW_COMPLETED'): LiveStreamMessage {
  const status = event === 'WORKFLOW_STARTED' ? 'RUNNING' : 'COMPLETED';
  const data = {
    id: EXECUTION,
    kind: 'order',
    status,
    workerId: null,
    error: null,
    parentWorkflowExecutionId: null,
  } as const;
  return entry(seq, { type: 'Event', event, data, timestampMs: seq });
}

export function status(value: LiveStreamStatus): LiveStreamMessage {
  return { kind: 'status', status: value };
}

/** A stream that says what a test hands it. */
export class FakeStream implements LiveStream {
  readonly ready = Promise.resolve();
  readonly status: LiveStreamStatus = { state: 'live' };
  isClosed = false;
  nudges = 0;
  readonly #messages: LiveStreamMessage[] = [];
  #wake: () => void = () => undefined;

  say(...messages: LiveStreamMessage[]): void {
    this.#messages.push(...messages);
    this.#wake();
  }

  reconnectNow(): void {
    this.nudges++;
  }

  close(): void {
    this.isClosed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LiveStreamMessage, undefined> {
    while (!this.isClosed) {
      const message = this.#messages.shift();
      if (message === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else yield message;
    }
    return undefined;
  }
}
