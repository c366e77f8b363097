import type { OrgId } from '@flovyn/engine';

/** Who is asking, for which organisation. Only an authenticator makes one. */
export type Principal =
  | { readonly type: 'User'; readonly id: string; readonly orgId: OrgId; readonly role: 'OWNER' | 'ADMIN' | 'MEMBER' }
  | { readonly type: 'Worker'; readonly id: string; readonly orgId: OrgId };
