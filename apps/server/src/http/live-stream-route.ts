import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Engine, ExecutionId, FamilyLog, OrgId, StreamHead, StreamLog } from '@flovyn/engine';
import { parseCursor } from '@flovyn/events';
import { ServiceError, parseUuid } from '@flovyn/protocol';
import {
  OrgStreamQuery,
  StreamQuery,
  type StreamSelection,
  headers,
  parameters,
  parseQuery,
} from '@flovyn/protocol/http';
import { watch } from '../auth/watch.js';
import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';
import type { RequestMeter } from '../observe/metrics/request-meter.js';
import type { Doubts } from '../process/doubts.js';
import { queryOf } from './call.js';
import type { Callers } from './caller.js';
import { type SendProblem, pathOf } from './problems.js';
import type { Known } from '../auth/authenticator.js';
import type { Sought, StreamAwaiter } from './stream/await-stream.js';
import { followOrg } from './stream/follow-org.js';
import { followStream } from './stream/follow-stream.js';
import { type FollowedHead, followExecution } from './stream/followed.js';
import { followFamily } from './stream/followed-family.js';
import type { OrgFeeds } from './stream/org-feeds.js';
import { resumeAfter } from './stream/resume.js';
import { type AskedStream, type ExecutionSort, streamAt } from './stream/stream-addresses.js';
import { partOf, selectionOf } from './stream/selection.js';
import { type SseWriter, openSse, retrySoon } from './stream/sse-writer.js';
import type { StreamPlaces } from './stream/stream-places.js';
import type { StreamTickets } from './stream/stream-tickets.js';

export interface LiveStreams {
  /** Answers a request for a stream. False when the address is none: somebody else's request. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Closes every stream and asks its reader to come back. */
  close(): void;
}

export interface LiveStreamParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: StreamLog;
  readonly families: FamilyLog;
  readonly orgs: OrgFeeds;
  readonly doubts: Doubts;
  readonly callers: Callers;
  readonly tickets: StreamTickets;
  readonly awaiter: StreamAwaiter;
  readonly places: StreamPlaces;
  readonly sendProblem: SendProblem;
  readonly requests: RequestMeter;
  readonly logger: Logger;
}

/** A stream that somebody reads. */
interface Reading {
  readonly asked: AskedStream;
  readonly query: URLSearchParams;
  readonly known: Known;
}

/** Which entries a reader wants, and how they are to look. */
type Wish = readonly [types: readonly StreamSelection[] | undefined, format: 'json' | 'plain'];

/**
 * The live streams of executions. They stand beside the other routes, on the bare response: what goes through a framework
 * per frame costs almost twice as much (measured: 96,000 instead of 167,000 frames per second and core).
 */
export function createLiveStreams(parts: LiveStreamParts): LiveStreams {
  const { engine, clock, log, families, orgs, doubts, callers, tickets, awaiter, places } = parts;
  const { sendProblem, requests, logger } = parts;
  const writers = new Set<SseWriter>();
  const waiting = new Set<AbortController>();
  let isClosing = false;

  const serve = async (request: IncomingMessage, response: ServerResponse, asked: AskedStream): Promise<void> => {
    checkMethod(request, response);
    const query = queryOf(request);
    const ticket = query.get(parameters.ticket);
    // A request that is refused for its query opens nothing: it does not use up the ticket.
    if (ticket !== null) parseQuery(asked.sort.execution === undefined ? OrgStreamQuery : StreamQuery, query);
    const known = await (ticket === null ? callers.identify(request) : tickets.redeem(request, ticket));
    const { execution } = asked.sort;
    await (execution === undefined
      ? serveOrg(request, response, { asked, query, known })
      : serveExecution(request, response, { asked, query, known, execution }));
  };

  /** The organisation of a stream, for a reader who may read it. */
  const admit = async ({ asked, known }: Reading): Promise<OrgId> => {
    const { id } = await callers.admit(known.principal, asked.sort.actions[0], asked.org);
    for (const action of asked.sort.actions) callers.allow(known.principal, action);
    if (isClosing) throw new ServiceError('UNAVAILABLE', 'The server is stopping.');
    return id;
  };

  const serveExecution = async (
    request: IncomingMessage,
    response: ServerResponse,
    reading: Reading & { readonly execution: ExecutionSort },
  ): Promise<void> => {
    const { asked, query, known, execution } = reading;
    const { types, format = 'json', lastEventId } = parseQuery(StreamQuery, query);
    const id = parseUuid(asked.id, 'id') as ExecutionId;
    const orgId = await admit(reading);
    const release = places.take(known.principal);
    try {
      const head = await awaitHead({ orgId, id }, execution, response);
      if (head === undefined || response.destroyed) return;
      const cursor = cursorOf(request, lastEventId);
      const { followed, selection, below } = await open(orgId, head, execution, [types, format]);
      const start = await resumeAfter(cursor, followed.head, followed);
      if (isDelivered(cursor, followed.head, start.gaps.length)) {
        response.writeHead(204, { 'cache-control': 'no-store' }).end();
        return;
      }
      await show(response, known, { id, orgId }, (writer) =>
        followStream(followed, { start, selection, writer, below }, doubts),
      );
    } finally {
      release();
    }
  };

  const serveOrg = async (request: IncomingMessage, response: ServerResponse, reading: Reading): Promise<void> => {
    const { query, known } = reading;
    const { entity, kind, lastEventId } = parseQuery(OrgStreamQuery, query);
    const orgId = await admit(reading);
    const release = places.take(known.principal);
    const { feed, leave } = orgs.open(orgId);
    try {
      // From here on nothing of other servers is missed either.
      await engine.streams.settled();
      if (response.destroyed) return;
      const cursor = cursorOf(request, lastEventId);
      const filter = { entity, kinds: kind === undefined ? undefined : new Set([kind]) };
      await show(response, known, { orgId }, (writer) => followOrg({ cursor, filter, writer }, feed));
    } finally {
      leave();
      release();
    }
  };

  /** Opens the answer and has it written, until it is over for its reader. */
  const show = async (
    response: ServerResponse,
    known: Known,
    about: { readonly orgId: OrgId; readonly id?: ExecutionId },
    follow: (writer: SseWriter) => Promise<void>,
  ): Promise<void> => {
    const writer = openSse(response, {
      onStall() {
        requests.stalled();
        logger.warn(about, logEvents.streamStalled);
      },
    });
    writers.add(writer);
    // It began to stop while this was looked for.
    if (isClosing) writer.closeForNow();
    const readerLeft = requests.reading();
    // The reader is asked to come back, and will be told then why it may not (R33).
    const stopWatching = watch(known, clock, () => writer.closeForNow());
    try {
      await follow(writer);
    } catch (error: unknown) {
      // The answer has begun; all that is left is to ask the reader to come back.
      logger.warn({ err: error, ...about }, logEvents.streamFailed);
      writer.closeForNow();
    } finally {
      stopWatching();
      writers.delete(writer);
      readerLeft();
    }
  };

  /** What of the streams of an execution is to be shown, and how. */
  const open = async (orgId: OrgId, head: StreamHead, { name, isConsolidated }: ExecutionSort, wish: Wish) => {
    const { streams } = engine;
    if (!isConsolidated) {
      return { followed: followExecution(orgId, head, { streams, log }), selection: selectionOf(...wish) };
    }
    const { executionId: id, rootId } = head;
    const family = await families.head(orgId, id);
    if (family === undefined) throw new ServiceError('NOT_FOUND', `There is no ${name} ${id}.`);
    const followed = followFamily(orgId, family, { streams, families });
    const whole = selectionOf(...wish, 'family');
    if (id === rootId) return { followed, selection: whole };
    return { followed, selection: partOf(whole, id, (entry) => followed.shows(entry)), below: id };
  };

  const awaitHead = async (address: Omit<Sought, 'type'>, { type, name }: ExecutionSort, response: ServerResponse) => {
    const left = new AbortController();
    const leave = (): void => left.abort();
    response.on('close', leave);
    waiting.add(left);
    try {
      const { head, ...search } = await awaiter.find({ ...address, type }, left.signal);
      if (head !== undefined || response.destroyed) return head;
      if (isClosing) throw new ServiceError('UNAVAILABLE', 'The server is stopping.');
      logger.info({ ...address, type, ...search }, logEvents.streamNotFound);
      throw new ServiceError('NOT_FOUND', `There is no ${name} ${address.id}.`);
    } finally {
      waiting.delete(left);
      response.off('close', leave);
    }
  };

  return {
    handle(request, response) {
      const asked = streamAt(pathOf(request));
      if (asked === undefined) return false;
      requests.askedForStream(request, response, asked.sort.path);
      serve(request, response, asked).catch((error: unknown) => {
        if (isOverload(error) && wantsEventsOnly(request)) return turnAway(response);
        sendProblem(request, response, error);
      });
      return true;
    },
    close() {
      isClosing = true;
      for (const left of waiting) left.abort();
      for (const writer of writers) writer.closeForNow();
      orgs.close();
    },
  };
}

/** Where a reader goes on. An empty id is how the specification of server-sent events says that there is none. */
function cursorOf(request: IncomingMessage, lastEventId: string | undefined): string | undefined {
  const given = oneOf(request.headers[headers.lastEventId]) ?? lastEventId;
  return given === '' ? undefined : given;
}

function checkMethod(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') return;
  response.setHeader('allow', 'GET');
  throw new ServiceError('METHOD_NOT_ALLOWED', `A stream can only be read: use GET, not ${request.method ?? ''}.`);
}

/** Whether the reader has everything there will be. An `EventSource` stops for good when it is told so. */
function isDelivered(cursor: string | undefined, { ended, last }: FollowedHead, gaps: number): boolean {
  if (cursor === undefined || ended === undefined || gaps > 0) return false;
  const { seq = 0 } = parseCursor(cursor) ?? {};
  return seq >= last;
}

function isOverload(error: unknown): boolean {
  return ServiceError.is(error) && (error.code === 'RESOURCE_EXHAUSTED' || error.code === 'UNAVAILABLE');
}

/** An `EventSource`: it takes anything but 200 for the end. Readers that can do better also accept problems. */
function wantsEventsOnly(request: IncomingMessage): boolean {
  const accept = request.headers.accept ?? '';
  return accept.includes('text/event-stream') && !accept.includes('application/problem+json');
}

function turnAway(response: ServerResponse): void {
  if (response.headersSent) return;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
  });
  response.end(retrySoon());
}

function oneOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
