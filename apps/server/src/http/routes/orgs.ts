import type { OrgId } from '@flovyn/engine';
import { CreateOrgBody, OrgView, paths } from '@flovyn/protocol/http';
import { ok } from '../answer.js';
import { type Route, callerRoute, orgRoute } from '../route.js';
import { orgView } from '../views.js';
import { type RouteParts, found, withoutUndefined } from './shared.js';

/** Organisations themselves. */
export function orgRoutes({ store: { orgs }, clock, ids }: RouteParts): readonly Route[] {
  return [
    callerRoute({
      method: 'POST',
      path: paths.orgs,
      action: 'org:create',
      summary: 'Create an organisation',
      description: 'For owners and admins of any organisation. 409 when the slug is taken.',
      body: CreateOrgBody,
      example: { name: 'Acme', slug: 'acme-eu', tier: 'FREE', region: 'eu-west' },
      answers: { 201: { what: 'It was created', schema: OrgView } },
      async handle({ body: { name, slug, tier, region } }) {
        const id = ids.executionId() as string as OrgId;
        const org = withoutUndefined({ id, name, slug, tier, region, createdAt: clock.now() });
        await orgs.create(org);
        return { status: 201, json: orgView(org) };
      },
    }),
    orgRoute({
      method: 'GET',
      path: paths.org,
      action: 'org:view',
      summary: 'Read an organisation',
      answers: found('The organisation', OrgView),
      handle: ({ org }) => ok(orgView(org)),
    }),
  ];
}
