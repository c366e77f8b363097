import type { StreamHead } from '@flovyn/engine';
import { OrgStreamQuery, StreamQuery, paths } from '@flovyn/protocol/http';
import type { Action } from '../../auth/access.js';
import type { Documented } from '../documents/openapi.js';

/** Which streams stand under an address. */
export interface StreamSort {
  readonly path: string;
  /** All that a reader must be allowed to do. */
  readonly actions: readonly [Action, ...Action[]];
  /** Absent for the stream of a whole organisation. */
  readonly execution?: ExecutionSort;
}

/** Of executions. */
export interface ExecutionSort {
  readonly type: StreamHead['type'];
  readonly name: string;
  /** Whether the stream is shown together with those of all descendants. */
  readonly isConsolidated?: true;
}

/** A stream that somebody asks for. */
export interface AskedStream {
  readonly sort: StreamSort;
  /** The slug or the id of an organisation, as it was written. */
  readonly org: string;
  /** As it was written; empty for the stream of a whole organisation. */
  readonly id: string;
}

const WORKFLOW = { type: 'workflow', name: 'workflow execution' } as const;

const EXECUTIONS = [
  { path: paths.workflowStream, actions: ['workflow:view'], execution: WORKFLOW },
  {
    path: paths.workflowConsolidatedStream,
    actions: ['workflow:view'],
    execution: { ...WORKFLOW, isConsolidated: true },
  },
  { path: paths.taskStream, actions: ['task:view'], execution: { type: 'task', name: 'standalone task' } },
] as const satisfies readonly StreamSort[];

const ORGANISATION = { path: paths.orgStream, actions: ['workflow:view', 'task:view'] } as const satisfies StreamSort;

const ADDRESSES = [...EXECUTIONS, ORGANISATION].map((sort: StreamSort) => ({ sort, address: addressOf(sort.path) }));

const CONSOLIDATED =
  ' All entries are in one order, and the ids are those of the whole family: asked for a child, it is a part of the stream' +
  ' of the execution at the top. It ends when the execution and all its descendants have ended.';

const executionAddresses = EXECUTIONS.map(({ path, actions: [action], execution }) => {
  const isConsolidated = 'isConsolidated' in execution;
  return {
    method: 'GET',
    path,
    access: 'org',
    action,
    summary: `Follow a ${execution.name}${isConsolidated ? ' and all its descendants' : ''}`,
    description:
      'Server-sent events: everything that is kept, then what comes. It may be opened before what it follows exists.' +
      (isConsolidated ? CONSOLIDATED : ''),
    query: StreamQuery,
    answers: {
      200: { what: 'The stream', type: 'text/event-stream' },
      204: {
        what: 'Everything was delivered, and nothing will follow; without `events` among `types` it is 200, `ready` and `end`',
      },
    },
  } as const satisfies Documented & { action: Action };
});

const orgAddress = {
  method: 'GET',
  path: ORGANISATION.path,
  access: 'org',
  action: ORGANISATION.actions[0],
  summary: 'Follow an organisation',
  description:
    'Server-sent events for lists: state events of workflow executions and tasks, and of each task its newest progress, ' +
    'from now on. It is a live view and no log: after a gap, load the lists again. Merge by the numbers of each frame.',
  query: OrgStreamQuery,
  answers: { 200: { what: 'The stream', type: 'text/event-stream' } },
} as const satisfies Documented & { action: Action };

/** The addresses of streams, for the documentation. */
export const streamAddresses = [...executionAddresses, orgAddress];

/** The stream that a path names, its parts decoded; `undefined` when it names none. */
export function streamAt(path: string): AskedStream | undefined {
  if (!path.includes('/stream')) return undefined;
  for (const { sort, address } of ADDRESSES) {
    const { org, id = '' } = address.exec(path)?.groups ?? {};
    if (org !== undefined) return { sort, org: decoded(org), id: decoded(id) };
  }
  return undefined;
}

/** `/api/orgs/:org/tasks/:id` as an expression with groups of those names. */
function addressOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:([a-z]+)/gi, '(?<$1>[^/]+)')}$`, 'i');
}

/** A part that cannot be decoded names nothing that could exist. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
