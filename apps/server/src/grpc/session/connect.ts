import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Clock, Engine, ExecutionId, HandOver, Started, WorkerRef, WorkerSession } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import {
  type ServerFrame,
  type ServerItem,
  type WorkerFrame,
  type WorkerItem,
  type WorkerItemCase,
  serverItem,
  toGrpcError,
} from '@flovyn/protocol/grpc';
import type { Principal } from '../../auth/principal.js';
import { logEvents } from '../../observe/events.js';
import type { Logger } from '../../observe/log.js';
import type { Presence } from '../workers/presence.js';
import type { Register } from '../workers/register.js';
import type { StreamCheck, StreamSchemas } from '../workers/stream-schemas.js';
import type { Connection, Connections } from './connections.js';
import { handOverItem } from './hand-over.js';
import { parseHello } from './hello.js';
import type { Detail, ItemContext, ItemHandler } from './items/context.js';
import { itemHandlers } from './items/index.js';
import { createOutgoing } from './outgoing.js';
import type { Pressure, Sender } from './pressure.js';
import { refusedItem } from './refused.js';
import type { Results } from './results.js';

export interface SessionParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly results: Results;
  readonly pressure: Pressure;
  readonly connections: Connections;
  readonly register: Register;
  readonly presence: Presence;
  readonly streamSchemas: StreamSchemas;
  readonly logger: Logger;
  readonly httpUrl: string;
  readonly version: string;
  /** When the worker is asked to go on over a new connection, in milliseconds. */
  readonly maxAgeMs: number;
}

export type SessionCall = ServerDuplexStream<WorkerFrame, ServerFrame>;

/** How long a worker may take to move to a new connection. */
const MOVE_MS = 30_000;

/**
 * Carries one connection of a worker session, from its hello to its end.
 *
 * Items are handed to the engine in the order in which they stand in the frames, without waiting for one another: the
 * engine keeps that order, and commits what came together together. Answers go out as commits come back.
 */
export function connectSession(call: SessionCall, principal: Principal, parts: SessionParts): void {
  const { engine, connections, presence, logger, pressure } = parts;
  const outgoing = createOutgoing(call, (isFull) => hold('slow worker', isFull));
  const awaited = new Map<ExecutionId, () => void>();
  const holds = new Set<string>();
  let context: ItemContext | undefined;
  /** The worker at the other end; absent for one that only asks. */
  let worker: WorkerRef | undefined;
  let isGreeted = false;
  let isOver = false;
  let underWay = 0;
  let onQuiet: () => void = () => undefined;

  /** Reading stops while there is any reason to. */
  const hold = (why: string, isHeld: boolean): void => {
    if (isHeld) holds.add(why);
    else holds.delete(why);
    if (holds.size > 0) call.pause();
    else call.resume();
  };

  const sender: Sender = {
    slowDown: (isSlow) => outgoing.send(serverItem('slowDown', { resume: !isSlow })),
    hold: (isHeld) => hold('backlog', isHeld),
  };

  const connection: Connection = {
    drain: (reason, deadlineMs) => {
      context?.session.setCapacity({ workflows: 0, tasks: 0 });
      outgoing.send(serverItem('drain', { reason, deadlineMs }));
    },
    cut: (reason) => fail(new ServiceError('UNAVAILABLE', `The server ends this connection: ${reason}.`)),
  };

  const onFrame = (frame: WorkerFrame): void => {
    if (context !== undefined) {
      context.session.heard();
      if (worker !== undefined) presence.heard(worker);
      for (const item of frame.items) handle(context, item);
      return;
    }
    if (isGreeted) return;
    isGreeted = true;
    // What follows the hello waits until the session is open.
    hold('opening', true);
    open(frame.items)
      .catch(fail)
      .finally(() => hold('opening', false));
  };

  const open = async (items: readonly WorkerItem[]): Promise<void> => {
    const [first, ...rest] = items;
    if (first?.item?.$case !== 'hello') {
      throw new ServiceError('INVALID_ARGUMENT', 'The first item of a session must be its hello.');
    }
    const early: ServerItem[] = [];
    let deliver = (work: HandOver): void => void early.push(handOverItem(work));
    const { open: request, registration } = parseHello(first.item.value, principal, (work) => deliver(work));
    const { orgId, workerId } = request;
    const working = registration.definitions.length > 0 ? { orgId, workerId } : undefined;
    if (working !== undefined) await parts.register(registration);
    const streams = await parts.streamSchemas.ofWorker(registration);
    const { session, resumed, lostTokens } = await engine.sessions.open({
      ...request,
      // Its worker may only have been frozen: without a cut it would wake up in a session that is given no work any more.
      lost: () => {
        connection.cut('its worker was silent for too long');
        if (working !== undefined) presence.gone(working);
      },
    });
    if (isOver) {
      session.disconnected();
      return;
    }
    connections.carry(session.id, connection);
    worker = working;
    if (worker !== undefined) presence.joined(worker);
    outgoing.send(
      serverItem('welcome', {
        sessionId: session.id,
        workerId,
        resumed,
        lostClaimTokens: [...lostTokens],
        leaseMs: session.leaseMs,
        heartbeatMs: session.heartbeatMs,
        httpUrl: parts.httpUrl,
        serverVersion: parts.version,
      }),
    );
    for (const item of early) outgoing.send(item);
    deliver = (work) => outgoing.send(handOverItem(work));
    logger.info({ session: session.id, worker: request.workerName, org: orgId, resumed }, logEvents.sessionOpened);
    context = contextOf(session, streams);
    for (const item of rest) handle(context, item);
  };

  const contextOf = (session: WorkerSession, streams: StreamCheck): ItemContext => ({
    session,
    streams,
    orgId: principal.orgId,
    engine,
    clock: parts.clock,
    results: parts.results,
    send: (item) => outgoing.send(item),
    sentOutput: () => pressure.felt(sender),
    entriesRefused: (reasons) =>
      logger.warn({ session: session.id, reasons: [...new Set(reasons)] }, logEvents.entryRefused),
    awaited,
    starting: new Map<ExecutionId, Promise<Started>>(),
  });

  const handle = (to: ItemContext, { id, item }: WorkerItem): void => {
    // An item of a later version of the protocol: an answer is owed all the same.
    if (item === undefined) return refuse(id, new ServiceError('UNIMPLEMENTED', 'The server does not know this item.'));
    underWay++;
    carryOut(to, item).then(
      (detail) => {
        accept(id, detail);
        done();
      },
      (error: unknown) => {
        refuse(id, ServiceError.from(error), error);
        done();
      },
    );
  };

  const done = (): void => {
    if (--underWay === 0) onQuiet();
  };

  const accept = (id: number, detail: Detail): void => {
    if (id !== 0) outgoing.send(serverItem('accepted', { id, detail }));
  };

  const refuse = (id: number, error: ServiceError, cause?: unknown): void => {
    // Whether it was stored is not known: without an answer, the worker asks again over a new connection.
    if (error.code === 'UNAVAILABLE') return fail(error);
    if (error.code === 'INTERNAL') logger.error({ err: cause }, logEvents.itemRefused);
    if (id === 0) return logger.debug({ code: error.code, reason: error.message }, logEvents.itemRefused);
    outgoing.send(refusedItem(id, error));
  };

  /** Ends the call with an error; the session waits for its worker to come back. */
  const fail = (error: unknown): void => {
    if (isOver) return;
    const known = ServiceError.from(error);
    if (known.code === 'INTERNAL') logger.error({ err: error }, logEvents.sessionBroken);
    outgoing.flush();
    leave();
    call.emit('error', toGrpcError(known));
  };

  const leave = (): WorkerSession | undefined => {
    if (isOver) return undefined;
    isOver = true;
    clearTimeout(ageLimit);
    outgoing.close();
    pressure.forget(sender);
    for (const stop of awaited.values()) stop();
    connections.remove(connection);
    if (worker !== undefined) presence.left(worker);
    const session = context?.session;
    if (session === undefined || !connections.putDown(session.id, connection)) return undefined;
    session.disconnected();
    return session;
  };

  /** The worker has said its last word: answers that are due still go out, and its session ends with it. */
  const onEnd = async (): Promise<void> => {
    // A call that breaks off looks like one that ends, until the event behind this one.
    await nextTurn();
    await nextTurn();
    if (call.cancelled) return onBroken();
    if (underWay > 0) await new Promise<void>((resolve) => (onQuiet = resolve));
    outgoing.flush();
    const session = leave();
    call.end();
    if (session === undefined) return;
    if (worker !== undefined) presence.gone(worker);
    logger.info({ session: session.id }, logEvents.sessionClosed);
    await session.close();
  };

  const onBroken = (): void => {
    const session = leave();
    if (session !== undefined) logger.info({ session: session.id }, logEvents.sessionBroken);
  };

  const ageLimit = setTimeout(
    () => connection.drain('The connection is old', MOVE_MS),
    parts.maxAgeMs * (0.9 + Math.random() * 0.1),
  );
  if (!connections.add(connection)) return fail(new ServiceError('UNAVAILABLE', 'The server is stopping.'));
  call.on('data', onFrame);
  call.on('end', () => {
    onEnd().catch((error: unknown) => logger.warn({ err: error }, logEvents.sessionBroken));
  });
  call.on('cancelled', onBroken);
  call.on('error', onBroken);
  call.on('close', onBroken);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs the handler of an item; what it throws at once and what it rejects with are the same. */
function carryOut(context: ItemContext, item: NonNullable<WorkerItem['item']>): Promise<Detail> {
  const handler = itemHandlers[item.$case] as ItemHandler<WorkerItemCase>;
  try {
    return Promise.resolve(handler(context, item.value));
  } catch (error: unknown) {
    return Promise.reject(error);
  }
}
