import { Metadata, credentials } from '@grpc/grpc-js';
import { toJson } from '@flovyn/protocol';
import {
  type Hello,
  type ServerItem,
  type ServerItemCase,
  type ServerItemOf,
  type WorkerFrame,
  type WorkerItem,
  type WorkerItemCase,
  type WorkerItemOf,
  WorkerSessionClient,
  clientOptions,
  fromGrpcError,
  workerItem,
} from '@flovyn/protocol/grpc';
import type { ServiceError } from '@flovyn/protocol';
import { within } from './conditions.js';

type GrpcError = Error & Parameters<typeof fromGrpcError>[0];
type Watcher = (item: ServerItem) => boolean;

/** A worker driven by hand: what it sends and what it gets are the bare items of the session. */
export interface RawWorker {
  /** Sends items in one frame. */
  send(...items: WorkerItem[]): void;
  /** Sends an item that wants an answer, and waits for it. */
  ask<Case extends WorkerItemCase>(kind: Case, value: WorkerItemOf<Case>): Promise<AnswerItem>;
  /** The next item of a kind that nobody has taken yet. */
  next<Case extends ServerItemCase>(kind: Case): Promise<ServerItemOf<Case>>;
  /** Everything that came in, in order, by kind. */
  readonly seen: ServerItemCase[];
  nextId(): number;
  /** How the call ended. */
  readonly over: Promise<ServiceError | 'ended'>;
  /** Says goodbye in order. */
  end(): Promise<void>;
  /** Vanishes. */
  cut(): void;
}

export type AnswerItem =
  | ({ readonly $case: 'accepted' } & ServerItemOf<'accepted'>)
  | ({ readonly $case: 'refused' } & ServerItemOf<'refused'>);

export interface RawWorkerOptions {
  readonly port: number;
  readonly key?: string;
  readonly hello?: Partial<Hello>;
  readonly workflows?: readonly string[];
  readonly tasks?: readonly string[];
  readonly orgId?: string;
  readonly name?: string;
}

/** Connects and says hello. */
export function connectRawWorker(options: RawWorkerOptions): RawWorker {
  const { port, key = 'fwt_dev_worker' } = options;
  const client = new WorkerSessionClient(`127.0.0.1:${port}`, credentials.createInsecure(), clientOptions);
  const metadata = new Metadata();
  if (key !== '') metadata.set('authorization', `Bearer ${key}`);
  const call = client.connect(metadata);
  const items: ServerItem[] = [];
  const seen: ServerItemCase[] = [];
  const watchers = new Set<Watcher>();
  let lastId = 0;

  const over = new Promise<ServiceError | 'ended'>((resolve) => {
    call.on('error', (error) => resolve(fromGrpcError(error as GrpcError)));
    call.on('end', () => resolve('ended'));
  }).finally(() => client.close());

  call.on('data', (frame: { items: ServerItem[] }) => {
    for (const item of frame.items) {
      if (item.item !== undefined) seen.push(item.item.$case);
      const taker = [...watchers].find((watcher) => watcher(item));
      if (taker === undefined) items.push(item);
      else watchers.delete(taker);
    }
  });

  const take = (what: string, wants: (item: ServerItem) => boolean): Promise<ServerItem> => {
    const index = items.findIndex(wants);
    const [found] = index === -1 ? [] : items.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    const taken = new Promise<ServerItem>((resolve) => {
      watchers.add((item) => {
        if (!wants(item)) return false;
        resolve(item);
        return true;
      });
    });
    return within(what, taken);
  };

  const worker: RawWorker = {
    seen,
    over,
    nextId: () => ++lastId,
    send: (...sent) => void call.write({ items: sent } satisfies WorkerFrame),
    async ask(kind, value) {
      const id = worker.nextId();
      worker.send(workerItem(id, kind, value));
      const { item } = await take(`the answer to ${kind}`, ({ item }) => {
        return (item?.$case === 'accepted' || item?.$case === 'refused') && item.value.id === id;
      });
      if (item?.$case === 'accepted') return { $case: 'accepted', ...item.value };
      if (item?.$case === 'refused') return { $case: 'refused', ...item.value };
      throw new Error('No answer');
    },
    async next<Case extends ServerItemCase>(kind: Case) {
      const { item } = await take(kind, ({ item }) => item?.$case === kind);
      return item?.value as ServerItemOf<Case>;
    },
    async end() {
      call.end();
      await within('the end of the call', over);
    },
    cut: () => call.cancel(),
  };

  worker.send(workerItem(0, 'hello', aHello(options)));
  return worker;
}

export function aHello({
  hello,
  workflows = [],
  tasks = [],
  orgId = '',
  name = 'test',
}: Partial<RawWorkerOptions>): Hello {
  const capability = { name: '', description: '', cancellable: true, tags: [], version: '' };
  const json = {
    retryPolicy: new Uint8Array(),
    metadata: new Uint8Array(),
    inputSchema: new Uint8Array(),
    outputSchema: new Uint8Array(),
  };
  return {
    registration: {
      workerName: name,
      workerVersion: '1',
      workerType: 'UNIFIED',
      orgId,
      hostName: 'here',
      processId: '1',
      workflows: workflows.map((kind) => ({ ...capability, ...json, kind, contentHash: '' })),
      tasks: tasks.map((kind) => ({ ...capability, ...json, kind, streams: [] })),
      metadata: new Uint8Array(),
      agents: [],
    },
    queue: '',
    workflowCapacity: workflows.length > 0 ? 10 : 0,
    taskCapacity: tasks.length > 0 ? 10 : 0,
    heldTurns: [],
    heldAttempts: [],
    heldInstances: [],
    ...hello,
  };
}

/** A value as the bytes of a payload. */
export function bytes(value: unknown): Uint8Array {
  return Buffer.from(toJson(value));
}
