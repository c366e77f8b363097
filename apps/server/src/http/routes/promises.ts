import type { Engine, SettleRequest } from '@flovyn/engine';
import { ServiceError, jsonNull, parseIdempotencyKey, parseText, parseUuid } from '@flovyn/protocol';
import {
  RejectPromiseBody,
  RejectedPromiseView,
  ResolvePromiseBody,
  ResolvedPromiseView,
  paths,
} from '@flovyn/protocol/http';
import { okValue } from '../answer.js';
import { type OrgRoute, orgRoute } from '../route.js';
import { found } from './shared.js';

const DESCRIPTION =
  'A promise settles once: what comes later changes nothing, and is told so. The identifier is `id:<uuid>` or ' +
  '`key:<idempotency key>`. 409 when the execution that waits for it has ended.';

/** Settling promises from outside. */
export function promiseRoutes({ engine }: { readonly engine: Engine }): readonly OrgRoute[] {
  return [
    orgRoute({
      method: 'POST',
      path: paths.promiseResolve,
      repeatable: true,
      action: 'promise:settle',
      summary: 'Resolve a promise',
      description: DESCRIPTION,
      body: ResolvePromiseBody,
      example: { value: { approved: true } },
      answers: found('It is settled', ResolvedPromiseView),
      async handle({ orgId, part, payload, once }) {
        const promise = parseIdentifier(part('identifier'));
        const value = payload('value') ?? jsonNull;
        const { promiseId, already } = await engine.settlePromise({
          once: once(),
          orgId,
          promise,
          outcome: { type: 'resolved', value },
        });
        return okValue({ promiseId, resolved: true, alreadyResolved: already });
      },
    }),
    orgRoute({
      method: 'POST',
      path: paths.promiseReject,
      repeatable: true,
      action: 'promise:settle',
      summary: 'Reject a promise',
      description: DESCRIPTION,
      body: RejectPromiseBody,
      example: { error: 'the customer said no' },
      answers: found('It is settled', RejectedPromiseView),
      async handle({ orgId, part, body, once }) {
        const promise = parseIdentifier(part('identifier'));
        const error = parseText(body.error, 'error');
        const { promiseId, already } = await engine.settlePromise({
          once: once(),
          orgId,
          promise,
          outcome: { type: 'rejected', error },
        });
        return okValue({ promiseId, rejected: true, alreadyRejected: already, alreadyResolved: already });
      },
    }),
  ];
}

/** @throws {ServiceError} INVALID_ARGUMENT */
function parseIdentifier(text: string): SettleRequest['promise'] {
  // A key may have colons of its own.
  if (text.startsWith('id:')) return { promiseId: parseUuid(text.slice('id:'.length), 'The id of a promise') };
  if (text.startsWith('key:')) return { key: parseIdempotencyKey(text.slice('key:'.length), 'The key of a promise') };
  throw new ServiceError('INVALID_ARGUMENT', 'A promise is named as "id:<uuid>" or as "key:<idempotency key>".');
}
