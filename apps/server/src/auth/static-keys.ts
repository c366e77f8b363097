import { hash, timingSafeEqual } from 'node:crypto';
import type { OrgId } from '@flovyn/engine';
import type { KeyConfig } from '../config/authenticator-config.js';
import type { Known } from './authenticator.js';
import type { Principal } from './principal.js';

/** Longer texts are no keys of ours and are not worth hashing. */
const LONGEST_KEY = 1_024;

/**
 * Recognises callers by keys from the configuration, at once. Only hashes are kept, and every one is compared in constant
 * time, so neither memory nor timing gives a key away.
 */
export function staticKeys(keys: readonly KeyConfig[]): (credential: string) => Known | undefined {
  const listed = keys.map((key) => ({ digest: digest(key.key), known: { principal: principalOf(key) } }));
  return (credential) => {
    if (credential.length > LONGEST_KEY) return undefined;
    const asked = digest(credential);
    let found: Known | undefined;
    for (const key of listed) {
      if (timingSafeEqual(key.digest, asked)) found = key.known;
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
