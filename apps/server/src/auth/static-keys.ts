import { hash, timingSafeEqual } from 'node:crypto';
import type { OrgId } from '@flovyn/engine';
import type { KeyConfig } from '../config/auth-config.js';
import type { Principal } from './principal.js';

/** Longer texts are no keys of ours and are not worth hashing. */
const LONGEST_TOKEN = 1_024;

/**
 * Recognises callers by keys from the configuration. Only hashes are kept, and every one is compared in constant time,
 * so neither memory nor timing gives a key away.
 */
export function staticKeys(keys: readonly KeyConfig[]): (token: string) => Principal | undefined {
  const known = keys.map((key) => ({ digest: digest(key.key), principal: principalOf(key) }));
  return (token) => {
    if (token.length > LONGEST_TOKEN) return undefined;
    const asked = digest(token);
    let found: Principal | undefined;
    for (const key of known) {
      if (timingSafeEqual(key.digest, asked)) found = key.principal;
    }
    return found;
  };
}

function principalOf(key: KeyConfig): Principal {
  const orgId = key.orgId as OrgId;
  return key.type === 'User'
    ? { type: 'User', id: key.id, orgId, role: key.role }
    : { type: 'Worker', id: key.id, orgId };
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
