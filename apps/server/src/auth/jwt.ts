import type { Clock, Organisation } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import {
  type JWTClaimVerificationOptions,
  type JWTPayload,
  type JWTVerifyGetKey,
  UnsecuredJWT,
  base64url,
  errors,
  jwtVerify,
} from 'jose';
import type { JwtConfig } from '../config/authenticator-config.js';
import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';
import type { Known, Recognise } from './authenticator.js';
import { type Claims, claimsOf } from './jwt-claims.js';
import type { NamedOrganisation } from './named-organisations.js';
import type { Principal } from './principal.js';

/** Signatures that only the owner of a private key can make. No secret is shared, so none can be mistaken for a public key. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** 5 s: how far the clock of whoever signs may be from ours. */
const TOLERANCE_SECONDS = 5;
const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]*$/;

export interface JwtParts {
  /** Finds the key of a token; absent where every signature is believed. */
  readonly keySet: JWTVerifyGetKey | undefined;
  readonly organisation: (named: NamedOrganisation) => Promise<Organisation | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Recognises callers by tokens that somebody else has signed. Why one is refused is told only when its signature is genuine:
 * nobody finds out by guessing.
 */
export function jwtAuthenticator({ name, issuer, audience }: JwtConfig, parts: JwtParts): Recognise {
  const { keySet, organisation, clock, log } = parts;

  const verify = async (token: string): Promise<JWTPayload | undefined> => {
    const rules = {
      ...(issuer === undefined ? undefined : { issuer }),
      ...(audience === undefined ? undefined : { audience }),
      algorithms: ALGORITHMS,
      requiredClaims: ['exp'],
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: new Date(clock.now()),
    };
    try {
      return (await (keySet === undefined ? believe(token, rules) : jwtVerify(token, keySet, rules))).payload;
    } catch (error: unknown) {
      if (error instanceof errors.JWTExpired)
        throw new ServiceError('UNAUTHENTICATED', 'This token has expired. Get a new one.');
      if (!(error instanceof errors.JOSEError)) throw error;
      // Not the error itself: it has the whole token in it.
      log.debug({ authenticator: name, reason: error.code }, logEvents.tokenRefused);
      return undefined;
    }
  };

  const recognise = async (token: string): Promise<Known | undefined> => {
    const payload = await verify(token);
    if (payload === undefined) return undefined;
    const claims = claimsOf(name, payload);
    const org = await organisation(claims.organisation);
    if (org === undefined) {
      throw new ServiceError('PERMISSION_DENIED', 'This token is for an organisation that this server does not have.');
    }
    const until = (claims.expiresAt + TOLERANCE_SECONDS) * 1_000;
    return { principal: principalOf(claims, org), until };
  };
  return (credential) => (SHAPE.test(credential) ? recognise(credential) : undefined);
}

/** Everything but the signature is held to the same rules: the claims are read as those of a token that says it has none. */
function believe(token: string, rules: JWTClaimVerificationOptions): { readonly payload: JWTPayload } {
  return UnsecuredJWT.decode(`${base64url.encode('{"alg":"none"}')}.${token.split('.')[1] ?? ''}.`, rules);
}

function principalOf({ id, type, role }: Claims, { id: orgId }: Organisation): Principal {
  return type === 'Worker' ? { type, id, orgId } : { type, id, orgId, role };
}
