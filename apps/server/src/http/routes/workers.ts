import { ServiceError } from '@flovyn/protocol';
import { ListWorkersQuery, WorkerDetailView, WorkerPage, paths } from '@flovyn/protocol/http';
import { ok } from '../answer.js';
import { onlineAfter, workerDetailView, workerView } from '../registry-views.js';
import { type OrgRoute, orgRoute } from '../route.js';
import { pageView } from '../views.js';
import { type RouteParts, found, withoutUndefined } from './shared.js';

const NOBODY = { rows: [], total: 0, nextCursor: undefined };

/** Who works for an organisation. */
export function workerRoutes({ store: { workers }, clock }: RouteParts): readonly OrgRoute[] {
  return [
    orgRoute({
      method: 'GET',
      path: paths.workers,
      action: 'worker:view',
      summary: 'List workers',
      description: 'The newest first. A worker is ONLINE when it was heard of within the last minute.',
      query: ListWorkersQuery,
      answers: found('A page of workers', WorkerPage),
      async handle({ orgId, query: { status, ...filter } }) {
        const after = onlineAfter(clock.now());
        const online = status === undefined ? undefined : { is: status === 'ONLINE', after };
        const page =
          status === 'DEGRADED' ? NOBODY : await workers.workers(orgId, withoutUndefined({ ...filter, online }));
        return ok(pageView('workers', page, filter, (worker) => workerView(worker, after)));
      },
    }),
    orgRoute({
      method: 'GET',
      path: paths.worker,
      action: 'worker:view',
      summary: 'Read a worker',
      answers: found('The worker, and what it can do', WorkerDetailView),
      async handle({ orgId, id }) {
        const worker = await workers.worker(orgId, id());
        if (worker === undefined) throw new ServiceError('NOT_FOUND', `There is no worker ${id()}.`);
        return ok(workerDetailView(worker, onlineAfter(clock.now())));
      },
    }),
  ];
}
