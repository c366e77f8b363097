import type { Clock, Ids, OrgId, OrgStore, Organisation } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { isOrgSlug } from '@flovyn/protocol/http';
import { LRUCache } from 'lru-cache';
import type { AuthConfig } from '../config/auth-config.js';
import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';

/** How somebody else's token names an organisation. */
export type NamedOrganisation = { readonly slug: string; readonly name?: string | undefined } | { readonly id: string };

export interface NamedOrganisationParts {
  readonly orgs: OrgStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

/** As many as are remembered: more than any one server serves at a time. */
const MOST = 10_000;

/**
 * Finds the organisation that a checked token names, and remembers it for a while. One that is not there is looked for every
 * time, or made, where that is configured.
 */
export function createNamedOrganisations(
  { cacheMs, autoCreate }: AuthConfig['organisations'],
  { orgs, clock, ids, log }: NamedOrganisationParts,
): (named: NamedOrganisation) => Promise<Organisation | undefined> {
  const kept = new LRUCache<string, { readonly organisation: Organisation; readonly until: number }>({ max: MOST });

  const create = async (slug: string, name: string): Promise<Organisation | undefined> => {
    const organisation = { id: ids.executionId() as string as OrgId, slug, name, tier: 'FREE', createdAt: clock.now() };
    try {
      await orgs.create(organisation);
    } catch (error: unknown) {
      // Somebody else was here a moment ago.
      if (ServiceError.is(error) && error.code === 'ALREADY_EXISTS') return orgs.find(slug);
      throw error;
    }
    log.info({ org: organisation.id, slug }, logEvents.organisationCreated);
    return organisation;
  };

  return async (named) => {
    const name = 'id' in named ? named.id : named.slug;
    const remembered = kept.get(name);
    if (remembered !== undefined && remembered.until > performance.now()) return remembered.organisation;
    // What could not be a slug could be an id, of which the signer knows nothing.
    if ('slug' in named && !isOrgSlug(named.slug)) return undefined;
    const found = await orgs.find(name);
    const organisation =
      found === undefined && autoCreate && 'slug' in named ? await create(named.slug, named.name ?? named.slug) : found;
    if (organisation !== undefined) kept.set(name, { organisation, until: performance.now() + cacheMs });
    return organisation;
  };
}
