import { z } from 'zod';
import { readWithin } from './read-within.js';
import { RoleName } from './role-name.js';

const MOST_BYTES = 64 * 1_024;

/** What whoever keeps the keys says of one. */
export type KeyReply =
  | { readonly valid: false }
  | {
      readonly valid: true;
      readonly userId: string;
      readonly orgSlug: string;
      readonly type: 'User' | 'Worker';
      readonly role: 'OWNER' | 'ADMIN' | 'MEMBER';
    };

const slug = z.string().min(1);
const Valid = z.object({
  valid: z.literal(true),
  userId: z.string().min(1).max(255),
  orgSlug: slug.nullish(),
  /** An older word. */
  tenantSlug: slug.nullish(),
  principalType: z.enum(['User', 'Worker', 'Service']).nullish(),
  role: RoleName.nullish(),
});

/** Keys say what they are for, where the answer does not. */
const PREFIXES = [
  ['flovyn_wk_', 'Worker'],
  ['flovyn_sk_', 'User'],
] as const;

/**
 * Reads the answer about a key. A service is a caller like a person; whoever has no role is a member.
 *
 * @throws when it cannot be understood: that is not the same as a key that is nobody's.
 */
export async function readReply(response: Response, key: string): Promise<KeyReply> {
  if (response.status >= 500) throw new Error(`It answered with the status ${response.status}.`);
  const text = await readWithin(response, MOST_BYTES);
  if (response.status === 401 || response.status === 403) return { valid: false };
  const reply = parse(text);
  if (typeof reply === 'object' && reply !== null && 'valid' in reply && reply.valid === false) return { valid: false };
  if (!response.ok) throw new Error(`It answered with the status ${response.status}.`);
  const { data } = Valid.safeParse(reply);
  const type = data?.principalType ?? PREFIXES.find(([prefix]) => key.startsWith(prefix))?.[1];
  const orgSlug = data?.orgSlug ?? data?.tenantSlug;
  // Not what is wrong with it: that would be logged, and the answer may repeat the key.
  if (data === undefined || type === undefined || typeof orgSlug !== 'string') {
    throw new Error('Its answer cannot be understood.');
  }
  return {
    valid: true,
    userId: data.userId,
    orgSlug,
    type: type === 'Worker' ? 'Worker' : 'User',
    role: data.role ?? 'MEMBER',
  };
}

/** The error of the parser would quote the answer, which may quote the key. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('Its answer is not JSON.');
  }
}
