import type { AuthSection, JwtSection, roles } from './auth-schema.js';
import { ConfigError } from './config-error.js';
import type { ReadConfig } from './sources.js';

export type Role = (typeof roles)[number];

/** A key that never changes, and who it stands for. */
export type KeyConfig =
  | { readonly key: string; readonly orgId: string; readonly type: 'User'; readonly id: string; readonly role: Role }
  | { readonly key: string; readonly orgId: string; readonly type: 'Worker'; readonly id: string };

export interface StaticKeysConfig {
  readonly name: 'static_api_key';
  readonly keys: readonly KeyConfig[];
}

/** Tokens that somebody else signs. */
export interface JwtConfig {
  readonly name: 'jwt' | 'better_auth_jwt';
  /** Where the public keys of the signer are. Absent in development mode only: then every signature is believed. */
  readonly keySet: URL | undefined;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
}

/** Keys that somebody else keeps. */
export interface ApiKeyConfig {
  readonly name: 'better_auth_api_key';
  readonly validationUrl: URL;
  readonly timeoutMs: number;
}

/** Keys that people make for workers while the server runs. */
export interface WorkerTokenConfig {
  readonly name: 'worker_token';
  readonly prefix: string;
  /** Goes into the hashes, so that a copy of the database does not do to check a guess. */
  readonly secret: string | undefined;
}

export type AuthenticatorConfig = StaticKeysConfig | JwtConfig | ApiKeyConfig | WorkerTokenConfig;
export type AuthenticatorName = AuthenticatorConfig['name'];

type NameOf = ReadConfig['nameOf'];

export interface AuthenticatorSources {
  readonly auth: AuthSection;
  readonly workerTokenSecret: string | undefined;
  readonly nameOf: NameOf;
  readonly isDevelopment: boolean;
}

/** What each authenticator needs to be built; asked only for those that a door names. A missing one does not compile. */
export const authenticatorConfigs: Readonly<
  Record<AuthenticatorName, (sources: AuthenticatorSources) => AuthenticatorConfig>
> = {
  static_api_key: ({ auth, nameOf }) => ({ name: 'static_api_key', keys: staticKeys(auth, nameOf) }),
  jwt: (sources) => jwt('jwt', sources.auth.jwt, ['auth', 'jwt'], undefined, sources),
  better_auth_jwt: (sources) => {
    const { better_auth: main, better_auth_jwt: other } = sources.auth;
    const path = main?.jwt === undefined && other !== undefined ? ['auth', 'better_auth_jwt'] : BETTER_AUTH_JWT;
    return jwt('better_auth_jwt', main?.jwt ?? other, path, BETTER_AUTH_AUDIENCE, sources);
  },
  better_auth_api_key: ({ auth: { better_auth: section }, nameOf }) => {
    if (section?.validation_url === undefined) throw missing(['auth', 'better_auth', 'validation_url'], nameOf);
    const timeoutMs = (section.timeout_secs ?? TIMEOUT_SECONDS) * 1_000;
    return { name: 'better_auth_api_key', validationUrl: section.validation_url, timeoutMs };
  },
  worker_token: ({ auth, workerTokenSecret }) => workerToken(auth.worker_token?.prefix, workerTokenSecret),
};

export function isAuthenticatorName(name: string): name is AuthenticatorName {
  return Object.hasOwn(authenticatorConfigs, name);
}

const BETTER_AUTH_JWT = ['auth', 'better_auth', 'jwt'];
const BETTER_AUTH_AUDIENCE = 'flovyn-server';
const TIMEOUT_SECONDS = 5;
/** 16 characters: a shorter key could be guessed. */
const SHORTEST_KEY = 16;

export function workerToken(prefix = 'fwt_', secret?: string): WorkerTokenConfig {
  return { name: 'worker_token', prefix, secret };
}

/**
 * Whoever signs tokens for us signs them for others too, so issuer and audience must be said: without them a token that was
 * meant for another program would open this one.
 */
function jwt(
  name: JwtConfig['name'],
  section: JwtSection | undefined,
  path: readonly string[],
  audience: string | undefined,
  { nameOf, isDevelopment }: AuthenticatorSources,
): JwtConfig {
  const at = (key: string): readonly string[] => [...path, key];
  const told = { issuer: section?.issuer, audience: section?.audience ?? audience };
  if (section?.skip_verification === true) {
    if (isDevelopment) return { name, keySet: undefined, ...told };
    throw new ConfigError(
      `${nameOf(at('skip_verification'))} is true: anybody could write themselves a token. Only development mode takes that.`,
    );
  }
  if (section?.jwks_uri === undefined) throw missing(at('jwks_uri'), nameOf);
  if (told.issuer === undefined) throw missing(at('issuer'), nameOf);
  if (told.audience === undefined) throw missing(at('audience'), nameOf);
  return { name, keySet: section.jwks_uri, ...told };
}

function missing(path: readonly string[], nameOf: NameOf): ConfigError {
  return new ConfigError(`${nameOf(path)} is missing, but an authenticator that a door names cannot do without it.`);
}

function staticKeys(auth: AuthSection, nameOf: NameOf): KeyConfig[] {
  const listed = auth.static_api_key?.keys ?? [];
  const path = ['auth', 'static_api_key', 'keys'];
  if (listed.length === 0) {
    throw new ConfigError(`${nameOf(path)} is empty, but static_api_key is how callers are to be recognised.`);
  }
  const seen = new Set<string>();
  return listed.map(({ key, org_id: orgId, principal_type: type, principal_id: id, role }, index) => {
    const where = nameOf([...path, index]);
    if (key.length < SHORTEST_KEY) {
      throw new ConfigError(`${where}: a key needs at least ${SHORTEST_KEY} characters; shorter ones can be guessed.`);
    }
    if (seen.has(key))
      throw new ConfigError(`${where}: the same key stands twice, so it would be two callers at once.`);
    seen.add(key);
    if (type === 'Worker') return { key, orgId, type, id };
    if (role === undefined) throw new ConfigError(`${where}: a User needs a role: OWNER, ADMIN or MEMBER.`);
    return { key, orgId, type, id, role };
  });
}
