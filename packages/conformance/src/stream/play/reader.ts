import type { Cursor, Opening } from '../vocabulary.js';
import type { StreamTarget } from '../target.js';
import type { Cast } from './cast.js';
import { type LiveConnection, connect } from './connection.js';
import { type Reading, allHeard, isLine } from './heard.js';
import { addressOf, credentials } from './rest.js';

/** Somebody who reads streams, over one connection after the other. */
export interface Reader extends Reading {
  /** Connects; the first time as it was opened, then after the last entry it has. */
  connect(limit: AbortSignal, options?: { readonly entries?: number | undefined }): Promise<void>;
  /** Waits until it has so many entries in all. */
  has(entries: number, limit: AbortSignal): Promise<void>;
  /** Waits until it has heard so many comments on its present connection. */
  hearsLife(count: number, limit: AbortSignal): Promise<void>;
  /** Waits until the server closes the connection. */
  drain(limit: AbortSignal): Promise<void>;
  stall(): void;
  wake(): void;
  cut(): void;
}

/** What a reader needs to know of the case it reads in. */
export interface ReaderSurroundings {
  readonly target: StreamTarget;
  readonly cast: Cast;
  /** The id another reader got. */
  readonly cursorOf: (cursor: Cursor) => string;
  /** Its place among the readers of the case, which take the servers in turn. */
  readonly place: number;
}

export function createReader(reader: string, opening: Opening, surroundings: ReaderSurroundings): Reader {
  const { target, cast, cursorOf, place } = surroundings;
  const { format = 'json', scope = 'own', types } = opening;
  const connections: LiveConnection[] = [];
  const last = (): LiveConnection => {
    const found = connections.at(-1);
    if (found === undefined) throw new Error(`${reader} was not opened`);
    return found;
  };
  const lines = (): number => allHeard(self).filter(isLine).length;

  const address = (isFirst: boolean): string => {
    const { at = place + connections.length, afterInQuery, query, request = {} } = opening;
    const server = target.servers[at % target.servers.length];
    const path = cast.fill(request.path ?? pathOf(opening, cast));
    const url = new URL(`${addressOf(server?.url ?? '')}/api/orgs/${request.org ?? target.org}${path}`);
    if (format === 'plain') url.searchParams.set('format', format);
    if (types !== undefined) url.searchParams.set('types', types);
    if (scope === 'organisation') url.searchParams.set('kind', cast.kindOf(opening.of));
    if (isFirst && afterInQuery !== undefined) url.searchParams.set('lastEventId', cursorOf(afterInQuery));
    const more = query === undefined ? '' : `${url.search === '' ? '?' : '&'}${cast.fill(query)}`;
    return `${url.href}${more}`;
  };

  const self: Reader = {
    reader,
    format,
    scope,
    isFiltered: types !== undefined || scope === 'organisation',
    connections,
    async connect(limit, { entries } = {}) {
      const isFirst = connections.length === 0;
      const resumed = allHeard(self).findLast(({ id }) => id !== undefined)?.id;
      const after = resumed ?? (isFirst && opening.after !== undefined ? cursorOf(opening.after) : undefined);
      const most = entries ?? (isFirst ? opening.entries : undefined) ?? Number.POSITIVE_INFINITY;
      const room = (isFirst ? opening.bytes : undefined) ?? Number.POSITIVE_INFINITY;
      const leavesByItself = Number.isFinite(most) || Number.isFinite(room);
      const { method = 'GET', key = target.key } = opening.request ?? {};
      const connection = connect(address(resumed === undefined), {
        method,
        after,
        format,
        headers: {
          // As readers that can read a refusal: the others are put off with an empty stream when there are too many.
          accept: 'text/event-stream, application/problem+json',
          ...credentials(key),
          ...(after === undefined ? {} : { 'last-event-id': after }),
        },
        entries: most,
        bytes: room,
      });
      connections.push(connection);
      if (opening.isEarly && isFirst) return;
      await connection.answered(limit);
      if (leavesByItself) await connection.over(limit);
    },
    async has(entries, limit) {
      const what = (): string => `${entries} entries; it has ${lines()}`;
      await last().until(what, () => lines() >= entries, limit);
    },
    async hearsLife(count, limit) {
      const { until, signsOfLife } = last();
      await until(
        () => `${count} signs of life`,
        () => signsOfLife.length >= count,
        limit,
      );
    },
    async drain(limit) {
      await last().over(limit);
    },
    stall: () => last().stall(),
    wake: () => last().wake(),
    cut: () => connections.at(-1)?.cut(),
  };
  return self;
}

function pathOf({ of, scope = 'own' }: Opening, cast: Cast): string {
  if (scope === 'organisation') return '/stream';
  const executions = cast.isTask(of) ? 'task-executions' : 'workflow-executions';
  return `/${executions}/${cast.idOf(of)}/stream${scope === 'family' ? '/consolidated' : ''}`;
}
