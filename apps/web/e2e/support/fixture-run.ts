import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** What a run says: an event of the contract, and the task and attempt that said it. */
export interface Saying {
  readonly event: Readonly<Record<string, unknown>>;
  readonly taskExecutionId?: string | undefined;
  readonly attempt?: number | undefined;
}

type Fields = Record<string, unknown>;

const EPOCH = 'fixture';

/** One execution, or standalone task, whose stream and REST answer a test writes by hand. */
export class FixtureRun {
  readonly id = randomUUID();
  readonly type: 'workflow' | 'task';
  readonly fields: Fields;
  /** The cursors readers came with, one per connection; `undefined` for the beginning. */
  readonly connections: (string | undefined)[] = [];
  /** Entries before this one are said to be expired. */
  expiredBefore = 1;
  readonly #frames: string[] = [];
  readonly #readers = new Set<ServerResponse>();
  readonly #announce: (name: string, data: string) => void;
  #endStatus: string | undefined;

  /** @param announce - told what lists show, as it goes into the stream of the organisation. */
  constructor(
    type: 'workflow' | 'task',
    kind: string,
    input: unknown = {},
    announce: (name: string, data: string) => void = () => undefined,
  ) {
    this.type = type;
    this.#announce = announce;
    const now = new Date().toISOString();
    this.fields = {
      id: this.id,
      orgId: randomUUID(),
      kind,
      status: 'PENDING',
      queue: 'default',
      input,
      createdAt: now,
      asOf: `${EPOCH}.0`,
      ...(type === 'workflow'
        ? { workflowKind: kind, currentSequence: 1, updatedAt: now }
        : { executionCount: 0, maxRetries: 3 }),
    };
  }

  /** Appends an entry, and changes what REST answers in the same moment. */
  say({ event, ...head }: Saying, change: Fields = {}): void {
    const seq = this.#frames.length + 1;
    Object.assign(this.fields, change, { asOf: `${EPOCH}.${seq}` });
    const frame = { v: 1, seq, epoch: EPOCH, executionId: this.id, rootExecutionId: this.id, ...head, event };
    const name = event['type'] === 'Event' ? 'data' : String(event['type']);
    const data = JSON.stringify({ ...frame, timestampMs: Date.now() });
    this.#frames.push(`id: ${EPOCH}.${seq}\nevent: ${name}\ndata: ${data}\n\n`);
    for (const reader of this.#readers) reader.write(this.#frames[seq - 1]);
    if (event['type'] === 'Event' || event['type'] === 'progress') this.#announce(name, data);
  }

  /** News of the workflow itself. */
  workflowNews(event: string, status: string, more: Fields = {}): void {
    const snapshot = { id: this.id, kind: this.fields['kind'], status, workerId: null, error: null };
    const { suspendType, waitingOn, error } = more;
    this.say(
      { event: { type: 'Event', event, timestampMs: Date.now(), data: { ...snapshot, ...more } } },
      {
        status,
        suspendType,
        waitingOn,
        error,
      },
    );
  }

  /** News of one of its tasks; of itself, for a standalone task. */
  taskNews(event: string, status: string, task: { id: string; kind: string; attempt: number; error?: string }): void {
    const data = {
      id: task.id,
      kind: task.kind,
      status,
      executionCount: task.attempt,
      maxRetries: 3,
      workerId: 'worker-1',
      error: task.error ?? null,
    };
    const change = task.id === this.id ? { status, executionCount: task.attempt, error: task.error } : {};
    this.say({ event: { type: 'Event', event, timestampMs: Date.now(), data } }, change);
  }

  output(taskExecutionId: string, event: Saying['event'], attempt = 1): void {
    const { type, progress, details } = event;
    const isOwn = taskExecutionId === this.id && type === 'progress';
    this.say({ event, taskExecutionId, attempt }, isOwn ? { progress, progressDetails: details } : {});
  }

  /** The last word: readers are told, and later ones too. */
  end(status: string, change: Fields = {}): void {
    Object.assign(this.fields, change, { completedAt: new Date().toISOString() });
    this.#endStatus = status;
    for (const reader of this.#readers) this.#finish(reader);
  }

  /** Ends every connection in the middle, as a broken network does. */
  cut(): void {
    for (const reader of this.#readers) reader.destroy();
  }

  /** Answers a request for the stream. */
  stream(response: ServerResponse, cursor: string | undefined): void {
    this.connections.push(cursor);
    const from = cursor === undefined ? 0 : Number(cursor.split('.')[1]);
    if (this.#endStatus !== undefined && from === this.#frames.length) {
      response.writeHead(204).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' });
    const ready = { epoch: EPOCH, from: from + 1, head: this.#frames.length };
    response.write(`event: ready\ndata: ${JSON.stringify(ready)}\n\n`);
    const kept = Math.max(from, this.expiredBefore - 1);
    if (kept > from) {
      response.write(`event: gap\ndata: ${JSON.stringify({ from: from + 1, to: kept, reason: 'expired' })}\n\n`);
    }
    for (const frame of this.#frames.slice(kept)) response.write(frame);
    this.#readers.add(response);
    response.on('close', () => this.#readers.delete(response));
    if (this.#endStatus !== undefined) this.#finish(response);
  }

  #finish(reader: ServerResponse): void {
    reader.end(`event: end\ndata: ${JSON.stringify({ status: this.#endStatus })}\n\n`);
  }
}
