import type { Store, WorkerToken } from '@flovyn/engine';
import { toJson } from '@flovyn/protocol';
import {
  CreateWorkerTokenBody,
  ListWorkerTokensQuery,
  NewWorkerTokenView,
  WorkerTokenPage,
  paths,
} from '@flovyn/protocol/http';
import type { WorkerTokens } from '../../auth/worker-tokens.js';
import { ok } from '../answer.js';
import { type OrgRoute, orgRoute } from '../route.js';
import { pageView, timestamp } from '../views.js';
import { found, withoutUndefined } from './shared.js';

export interface WorkerTokenParts {
  readonly store: Pick<Store, 'workerTokens'>;
  readonly workerTokens: WorkerTokens;
}

/** Keys for workers: made and taken away while the server runs. */
export function workerTokenRoutes({ store, workerTokens }: WorkerTokenParts): readonly OrgRoute[] {
  return [
    orgRoute({
      method: 'POST',
      path: paths.workerTokens,
      action: 'worker-token:manage',
      summary: 'Make a key for workers',
      description: 'For owners and admins. The token is told this once and cannot be read again.',
      body: CreateWorkerTokenBody,
      example: { displayName: 'build machines' },
      answers: { 201: { what: 'The key', schema: NewWorkerTokenView } },
      async handle({ principal, body: { displayName } }) {
        const { token, secret } = await workerTokens.create(principal, displayName);
        return { status: 201, json: toJson({ ...workerTokenView(token), token: secret }) };
      },
    }),
    orgRoute({
      method: 'GET',
      path: paths.workerTokens,
      action: 'worker-token:manage',
      summary: 'List the keys of workers',
      description: 'The newest first, without their secrets.',
      query: ListWorkerTokensQuery,
      answers: found('A page of keys', WorkerTokenPage),
      async handle({ orgId, query }) {
        const page = await store.workerTokens.list(orgId, withoutUndefined(query));
        return ok(pageView('workerTokens', page, query, (token) => toJson(workerTokenView(token))));
      },
    }),
    orgRoute({
      method: 'DELETE',
      path: paths.workerToken,
      action: 'worker-token:manage',
      summary: 'Take a key of workers away',
      description: 'Nobody gets in with it from then on. Whoever is in already is put out within a minute.',
      answers: { 204: { what: 'It opens nothing any more' } },
      async handle({ orgId, id }) {
        await workerTokens.revoke(orgId, id());
        return { status: 204 };
      },
    }),
  ];
}

function workerTokenView({ id, displayName, createdBy, createdAt }: WorkerToken): object {
  return { id, displayName, createdBy, createdAt: timestamp(createdAt) };
}
