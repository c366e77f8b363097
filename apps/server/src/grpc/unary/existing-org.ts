import type { Organisations } from '../../auth/organisations.js';
import type { Principal } from '../../auth/principal.js';
import { ServiceError } from '@flovyn/protocol';

/**
 * Something new belongs to an organisation; a key may outlive its own.
 *
 * @throws {ServiceError} NOT_FOUND
 */
export async function refuseMissingOrg(organisations: Organisations, principal: Principal): Promise<void> {
  if ((await organisations.of(principal)) !== undefined) return;
  throw new ServiceError('NOT_FOUND', `There is no organisation ${principal.orgId}, to which this API key belongs.`);
}
