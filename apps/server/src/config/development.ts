import type { OrganisationConfig } from './auth-config.js';
import type { KeyConfig } from './authenticator-config.js';

/** The organisation every development server has. Its name and keys are public: they open nothing but this machine. */
export const developmentOrganisation: OrganisationConfig = {
  id: '550e8400-e29b-41d4-a716-446655440000',
  name: 'Development',
  slug: 'dev',
  tier: 'FREE',
};

export const developmentUser = 'flovyn_sk_dev_admin';
export const developmentWorker = 'fwt_dev_worker';

export const developmentKeys: readonly KeyConfig[] = [
  { key: developmentUser, orgId: developmentOrganisation.id, type: 'User', id: 'admin', role: 'OWNER' },
  { key: developmentWorker, orgId: developmentOrganisation.id, type: 'Worker', id: 'worker:dev' },
];
