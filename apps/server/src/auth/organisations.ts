import type { OrgStore, Organisation } from '@flovyn/engine';
import { ServiceError, isUuid } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import type { Principal } from './principal.js';

/** A minute: how long a renamed or removed organisation may still be known by what it was. */
const KEPT_MS = 60_000;
/** As many as are remembered: more than any one server serves at a time. */
const MOST = 10_000;

/** Which organisation a caller means, and whether it is the caller's own. */
export interface Organisations {
  /**
   * The caller's own organisation, by the slug or id in a path.
   *
   * @throws {ServiceError} NOT_FOUND when there is no such organisation, PERMISSION_DENIED when it is another one.
   */
  own(principal: Principal, slugOrId: string): Promise<Organisation>;
  /** The caller's organisation; `undefined` when it is not stored. */
  of(principal: Principal): Promise<Organisation | undefined>;
}

export function createOrganisations(orgs: OrgStore): Organisations {
  const known = new LRUCache<string, { readonly organisation: Organisation; readonly until: number }>({ max: MOST });

  const of = async (principal: Principal): Promise<Organisation | undefined> => {
    const kept = known.get(principal.orgId);
    if (kept !== undefined && kept.until > performance.now()) return kept.organisation;
    const organisation = await orgs.find(principal.orgId);
    if (organisation === undefined) known.delete(principal.orgId);
    else known.set(principal.orgId, { organisation, until: performance.now() + KEPT_MS });
    return organisation;
  };

  return {
    of,
    async own(principal, slugOrId) {
      const organisation = await of(principal);
      const asked = isUuid(slugOrId) ? slugOrId.toLowerCase() : slugOrId;
      if (organisation !== undefined && (organisation.slug === asked || organisation.id === asked)) return organisation;
      const other = isPlausible(asked) ? await orgs.find(asked) : undefined;
      if (other === undefined) throw new ServiceError('NOT_FOUND', 'There is no such organisation.');
      throw new ServiceError('PERMISSION_DENIED', 'The API key belongs to another organisation.');
    },
  };
}

/** Whether a text could be a slug or an id at all; anything else need not trouble the database. */
function isPlausible(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,100}$/.test(text);
}
