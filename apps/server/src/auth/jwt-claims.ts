import { ServiceError, isUuid } from '@flovyn/protocol';
import type { JWTPayload } from 'jose';
import { z } from 'zod';
import type { JwtConfig } from '../config/authenticator-config.js';
import type { NamedOrganisation } from './named-organisations.js';
import { RoleName } from './role-name.js';

/** What a token says of its bearer, once it has been checked. */
export interface Claims {
  readonly id: string;
  readonly type: 'User' | 'Worker';
  readonly role: 'OWNER' | 'ADMIN' | 'MEMBER';
  readonly organisation: NamedOrganisation;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

const id = z.string('must be a text').min(1).max(255);
const exp = z.number('must be a number');
const slug = z.string('must be a text');

/** What Better Auth says. The organisation's id is another one over there; the slug is the same. */
const BetterAuthClaims = z
  .object({ sub: id, exp, org: z.object({ slug, role: RoleName, name: z.string().optional() }) })
  .transform(({ sub, exp: expiresAt, org }): Claims => ({
    id: sub,
    type: 'User',
    role: org.role,
    organisation: { slug: org.slug, name: org.name },
    expiresAt,
  }));

/** What any other signer says. */
const PlainClaims = z
  .object({
    sub: id,
    exp,
    org_id: z.string('must be a UUID').refine(isUuid, 'must be a UUID').optional(),
    org_slug: slug.optional(),
    role: RoleName.optional(),
    principal_type: z.enum(['User', 'Worker'], 'must be User or Worker').default('User'),
  })
  .transform(
    ({ sub, exp: expiresAt, org_id: orgId, org_slug: orgSlug, role, principal_type: type }, context): Claims => {
      const organisation = orgId === undefined ? orgSlug && { slug: orgSlug } : { id: orgId.toLowerCase() };
      if (organisation === undefined || organisation === '') {
        context.addIssue({ code: 'custom', path: ['org_slug'], message: 'is missing, and so is org_id' });
        return z.NEVER;
      }
      if (role === undefined && type === 'User') {
        context.addIssue({ code: 'custom', path: ['role'], message: 'must be owner, admin or member' });
      }
      return { id: sub, type, role: role ?? 'MEMBER', organisation, expiresAt };
    },
  );

const SHAPES = { jwt: PlainClaims, better_auth_jwt: BetterAuthClaims };

/** @throws {ServiceError} UNAUTHENTICATED, naming the claim that is missing or means nothing here. */
export function claimsOf(name: JwtConfig['name'], payload: JWTPayload): Claims {
  const parsed = SHAPES[name].safeParse(payload);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const claim = issue?.path.join('.') ?? '';
  throw new ServiceError('UNAUTHENTICATED', `This token does not do here: its claim ${claim} ${issue?.message ?? ''}.`);
}
