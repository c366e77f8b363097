import type { Organisation } from '@flovyn/engine';
import type { Principal } from '../../auth/principal.js';

/** Who the caller is, and where they may look. */
export function sessionView(principal: Principal, organisation: Organisation | undefined): object {
  return {
    principal: principal.id,
    role: principal.type === 'User' ? principal.role : 'WORKER',
    orgs: organisation === undefined ? [] : [{ id: organisation.id, slug: organisation.slug, name: organisation.name }],
  };
}
