import { randomUUID } from 'node:crypto';
import {
  Hello,
  type ServerItem,
  type ServerItemOf,
  TaskCapability,
  type WorkerFrame,
  WorkerRegistrationRequest,
  WorkerSessionService,
  type WorkerItemCase,
  type WorkerItemOf,
  workerItem,
} from '@flovyn/protocol/grpc';
import type { Caller } from '../../wire/caller.js';
import { createBell } from './bell.js';
import type { WorkerOptions } from './worker.js';

/** What a worker was given to do, and the token that says so. */
export type Claim = ServerItemOf<'taskAssigned'>;

/** How the server answered an item. */
export type SessionAnswer =
  | ({ readonly $case: 'accepted' } & ServerItemOf<'accepted'>)
  | ({ readonly $case: 'refused' } & ServerItemOf<'refused'>);

/** A worker driven by hand, over one session: its attempts have tokens, and its output has numbers. */
export interface SessionWorker {
  /** Waits until it is given an attempt of this task. */
  take(taskExecutionId: string, limit: AbortSignal): Promise<Claim>;
  /** Sends an item and waits for its answer. */
  ask<Case extends WorkerItemCase>(kind: Case, value: WorkerItemOf<Case>, limit: AbortSignal): Promise<SessionAnswer>;
  close(): void;
}

/** Opens a session. Whoever opens it closes it. */
export function openSessionWorker(caller: Caller, { queue, tasks }: WorkerOptions): SessionWorker {
  const { path, requestSerialize, responseDeserialize } = WorkerSessionService.connect;
  const call = caller.client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, caller.metadata());
  const bell = createBell();
  const claims: Claim[] = [];
  const answers = new Map<number, SessionAnswer>();
  let fault: unknown;
  let lastId = 0;

  call.on('data', ({ items }: { readonly items: readonly ServerItem[] }) => {
    for (const { item } of items) {
      if (item?.$case === 'taskAssigned') claims.push(item.value);
      if (item?.$case === 'accepted') answers.set(item.value.id, { $case: item.$case, ...item.value });
      if (item?.$case === 'refused') answers.set(item.value.id, { $case: item.$case, ...item.value });
    }
    bell.ring();
  });
  call.on('error', (error: unknown) => {
    fault = error;
    bell.ring();
  });
  const unlessBroken = <Value>(value: Value | undefined): Value | undefined => {
    if (value === undefined && fault !== undefined) throw fault;
    return value;
  };
  const send = (frame: WorkerFrame): void => void call.write(frame);

  const registration = WorkerRegistrationRequest.fromPartial({
    workerName: `stream-${randomUUID()}`,
    workerVersion: '1.0.0',
    workerType: 'UNIFIED',
    orgId: caller.orgId,
    tasks: tasks.map((kind) => TaskCapability.fromPartial({ kind, name: kind })),
  });
  send({ items: [workerItem(0, 'hello', Hello.fromPartial({ registration, queue, taskCapacity: 10 }))] });

  return {
    async take(taskExecutionId, limit) {
      const look = (): Claim | undefined => {
        const index = claims.findIndex((claim) => claim.taskExecutionId === taskExecutionId);
        return unlessBroken(index === -1 ? undefined : claims.splice(index, 1)[0]);
      };
      return bell.until(() => `an attempt of ${taskExecutionId}`, look, limit);
    },
    async ask(kind, value, limit) {
      lastId += 1;
      const id = lastId;
      send({ items: [workerItem(id, kind, value)] });
      return bell.until(
        () => `an answer to ${kind}`,
        () => unlessBroken(answers.get(id)),
        limit,
      );
    },
    close: () => call.cancel(),
  };
}
