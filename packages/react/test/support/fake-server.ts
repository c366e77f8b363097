import { randomUUID } from 'node:crypto';
import { type FlovynEvent, type StateEventName, parseExecutionId, parseTaskId } from '@flovyn/events';
import { encodeEnd, encodeEntry, encodeGap, encodeReady, frameJson, sseEntryName } from '@flovyn/events/sse';

const ORG = '550e8400-e29b-41d4-a716-446655440000';
const AT = '2026-01-01T00:00:00.000Z';

type Fields = Record<string, unknown>;

/** Bytes to a reader, until it goes away or is cut off. */
class Connection {
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  isOpen = true;
  readonly response: Response;

  constructor(signal: AbortSignal | null | undefined) {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => void (this.isOpen = false),
    });
    this.response = new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    signal?.addEventListener('abort', () => (this.isOpen = false));
  }

  write(text: string): void {
    if (this.isOpen) this.#controller?.enqueue(new TextEncoder().encode(text));
  }

  cut(): void {
    if (this.isOpen) this.#controller?.error(new Error('cut'));
    this.isOpen = false;
  }
}

/** What happens in a {@link FakeServer}: its executions, and what each has said. */
interface Run {
  readonly type: 'workflow' | 'task';
  readonly row: Fields & { readonly id: string };
  readonly entries: string[];
  readonly readers: Set<Connection>;
}

/** A server of one organisation that speaks HTTP and SSE as the real one does, and only when a test says so. */
export class FakeServer {
  /** Addresses of the streams that were opened, with the cursor each came with. */
  readonly opened: string[] = [];
  /** Addresses of all other requests. */
  readonly requests: string[] = [];
  /** Status of every answer to a request for a stream; 200 serves. */
  streamStatus = 200;
  /** Status of every answer to a request for a list; 200 serves. */
  listStatus = 200;
  /** Streams open after this. */
  streamsHeld: Promise<void> | undefined;
  /** Answers to lists wait for this. */
  listsHeld: Promise<void> | undefined;
  readonly #runs = new Map<string, Run>();
  readonly #readers = new Set<Connection>();
  #organisation: { readonly id: string; readonly text: string }[] = [];
  #epoch = 'p1';

  get connections(): number {
    return this.#openOnes().length;
  }

  add(type: 'workflow' | 'task', { id = randomUUID(), ...fields }: Fields & { readonly id?: string } = {}): string {
    const common = { id, orgId: ORG, kind: 'order', status: 'PENDING', queue: 'default', createdAt: AT, asOf: 'e.0' };
    const own =
      type === 'workflow'
        ? { workflowKind: 'order', currentSequence: 1, updatedAt: AT }
        : { executionCount: 0, maxRetries: 3 };
    this.#runs.set(id, { type, row: { ...common, ...own, ...fields, id }, entries: [], readers: new Set() });
    return id;
  }

  /** News of a workflow, or of a standalone task. */
  news(id: string, event: StateEventName, status: string, more: Fields = {}): void {
    const { type, row } = this.#run(id);
    const { kind, executionCount = 0, maxRetries = 3 } = { ...row, ...more };
    const task = { executionCount, maxRetries };
    const about = type === 'task' ? task : { parentWorkflowExecutionId: null };
    const data = { id, kind, status, workerId: null, error: null, ...about, ...more };
    const change = type === 'task' ? { status, executionCount } : { status };
    this.say(id, { type: 'Event', event, data, timestampMs: 1 } as unknown as FlovynEvent, { change });
  }

  /** Output of a standalone task, or of a task of a workflow. */
  output(id: string, event: FlovynEvent, { attempt = 1, taskId = id } = {}): void {
    const change = event.type === 'progress' ? { progress: event.progress, progressDetails: event.details } : {};
    this.say(id, event, { taskId, attempt, change: taskId === id ? change : {} });
  }

  say(
    id: string,
    event: FlovynEvent,
    { change = {}, taskId, attempt }: { change?: Fields; taskId?: string; attempt?: number } = {},
  ): void {
    const { row, entries, readers } = this.#run(id);
    const seq = entries.length + 1;
    Object.assign(row, change, { asOf: `e.${seq}` });
    const executionId = parseExecutionId(id);
    const taskExecutionId = taskId === undefined ? undefined : parseTaskId(taskId);
    if (executionId === undefined) throw new Error(`${id} is not an id.`);
    const head = { epoch: 'e', seq, executionId, rootExecutionId: executionId, timestampMs: 1 };
    const data = frameJson(
      taskExecutionId === undefined ? head : { ...head, taskExecutionId, attempt },
      JSON.stringify(event),
    );
    const text = (line: string) => encodeEntry({ event: sseEntryName(event), id: line, data });
    entries.push(text(`e.${seq}`));
    readers.forEach((reader) => reader.write(text(`e.${seq}`)));
    if (event.type !== 'Event' && event.type !== 'progress') return;
    const line = `${this.#epoch}.${this.#organisation.length + 1}`;
    this.#organisation.push({ id: line, text: text(line) });
    this.#readers.forEach((reader) => reader.write(text(line)));
  }

  end(id: string, status: 'COMPLETED' | 'FAILED'): void {
    this.#run(id).readers.forEach((reader) => reader.write(encodeEnd({ status })));
  }

  /** Changes what the server answers, and tells nobody. */
  changeSilently(id: string, fields: Fields): void {
    Object.assign(this.#run(id).row, fields);
  }

  /** Breaks every connection. */
  cut(): void {
    this.#openOnes().forEach((connection) => connection.cut());
  }

  /** Forgets what it has told the organisation, as another process does that takes over. */
  restart(): void {
    this.#organisation = [];
    this.#epoch += 'x';
  }

  /** Says to who reads the organisation that something may be missing. */
  gap(): void {
    this.#readers.forEach((reader) => reader.write(encodeGap({ from: 1, to: 1, reason: 'epoch' })));
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const { pathname, searchParams } = new URL(input instanceof Request ? input.url : input);
    const cursor = new Headers(init?.headers).get('last-event-id');
    const isStream = pathname.endsWith('/stream');
    (isStream ? this.opened : this.requests).push(isStream && cursor !== null ? `${pathname} ${cursor}` : pathname);
    if (isStream) await this.streamsHeld;
    if (isStream && this.streamStatus !== 200) {
      return json({ title: 'away', status: this.streamStatus }, this.streamStatus);
    }
    const [, type, id, door] =
      /^\/api\/orgs\/dev\/(workflow|task)-executions(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (type === undefined) return this.#streamOrganisation(cursor, init?.signal);
    if (id === undefined) {
      const status = searchParams.get('status');
      const rows = [...this.#runs.values()]
        .filter((run) => run.type === type && (status === null || run.row['status'] === status))
        .map(({ row }) => ({ ...row }))
        .toReversed();
      await this.listsHeld;
      init?.signal?.throwIfAborted();
      if (this.listStatus !== 200) return json({ title: 'refused', status: this.listStatus }, this.listStatus);
      return json({ [`${type}s`]: rows, total: rows.length, limit: 50, offset: 0 });
    }
    if (!this.#runs.has(id)) return json({ title: 'Not found', status: 404 }, 404);
    if (door === 'stream') return this.#stream(this.#run(id), cursor, init?.signal);
    if (door === 'signal') return json({ signalEventSequence: 1, signaled: true });
    return json({ ...this.#run(id).row });
  };

  #stream({ entries, readers }: Run, cursor: string | null, signal: AbortSignal | null | undefined): Response {
    const from = Number(cursor?.split('.')[1] ?? 0);
    const connection = new Connection(signal);
    connection.write(encodeReady({ epoch: 'e', from: from + 1, head: entries.length }));
    entries.slice(from).forEach((text) => connection.write(text));
    readers.add(connection);
    return connection.response;
  }

  #streamOrganisation(cursor: string | null, signal: AbortSignal | null | undefined): Response {
    const head = this.#organisation.length;
    const connection = new Connection(signal);
    connection.write(encodeReady({ epoch: this.#epoch, from: head + 1, head }));
    const known = cursor?.split('.') ?? [];
    if (cursor !== null && known[0] !== this.#epoch) {
      connection.write(encodeGap({ from: 1, to: Math.max(1, head), reason: 'epoch' }));
    } else if (cursor !== null) {
      this.#organisation.slice(Number(known[1])).forEach(({ text }) => connection.write(text));
    }
    this.#readers.add(connection);
    return connection.response;
  }

  #run(id: string): Run {
    const run = this.#runs.get(id);
    if (run === undefined) throw new Error(`There is no execution ${id}.`);
    return run;
  }

  #openOnes(): Connection[] {
    const all = [...this.#readers, ...[...this.#runs.values()].flatMap(({ readers }) => [...readers])];
    return all.filter(({ isOpen }) => isOpen);
  }
}

function json(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}
