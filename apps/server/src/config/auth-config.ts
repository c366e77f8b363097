import { ConfigError } from './config-error.js';
import { developmentKeys } from './development.js';
import type { FileConfig, roles } from './schema.js';
import type { ReadConfig } from './sources.js';

export type Role = (typeof roles)[number];

export interface OrganisationConfig {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly tier: string;
  /** Where its data is kept, for people to read. */
  readonly region?: string | undefined;
}

/** A key that never changes, and who it stands for. */
export type KeyConfig =
  | { readonly key: string; readonly orgId: string; readonly type: 'User'; readonly id: string; readonly role: Role }
  | { readonly key: string; readonly orgId: string; readonly type: 'Worker'; readonly id: string };

/** How one door decides what a known caller may do. */
export type AuthorizerName = 'cedar' | 'noop';

export interface AuthConfig {
  readonly keys: readonly KeyConfig[];
  readonly http: { readonly authorizer: AuthorizerName };
  readonly grpc: { readonly authorizer: AuthorizerName };
  /** Development only: calls without credentials from this machine are the development organisation's. */
  readonly anonymousFromLoopback: boolean;
}

/** 16 characters: a shorter key could be guessed. */
const SHORTEST_KEY = 16;

/**
 * The rules of who may enter. A door that cannot tell who knocks must not open at all: everything that is missing,
 * empty, unknown or turned off is refused by name.
 *
 * @throws {ConfigError}
 */
export function authConfig({ values, nameOf }: ReadConfig, isDevelopment: boolean): AuthConfig {
  const auth = values.auth;
  if (isDevelopment && auth === undefined) {
    return {
      keys: developmentKeys,
      http: { authorizer: 'cedar' },
      grpc: { authorizer: 'cedar' },
      anonymousFromLoopback: true,
    };
  }
  if (auth === undefined) {
    throw new ConfigError(
      'Nothing says who may use this server. Add an [auth] section with [auth.static_api_key] keys and ' +
        '[auth.endpoints.http] and [auth.endpoints.grpc], or set FLOVYN_DEV=1 for a server of your own machine.',
    );
  }
  if (auth.enabled === false) {
    throw new ConfigError(
      `${nameOf(['auth', 'enabled'])} is false: a server without authentication is not started. ` +
        'Set FLOVYN_DEV=1, without an [auth] section, for a server of your own machine.',
    );
  }
  const http = door('http', auth, nameOf);
  const grpc = door('grpc', auth, nameOf);
  const keys = staticKeys(auth, nameOf);
  return { keys: isDevelopment ? withoutDoubles(keys) : keys, http, grpc, anonymousFromLoopback: isDevelopment };
}

type Auth = NonNullable<FileConfig['auth']>;
type NameOf = ReadConfig['nameOf'];

function door(name: 'http' | 'grpc', auth: Auth, nameOf: NameOf): { readonly authorizer: AuthorizerName } {
  const path = ['auth', 'endpoints', name];
  const endpoint = auth.endpoints?.[name];
  if (endpoint === undefined) {
    throw new ConfigError(`${nameOf(path)} is missing: it says how callers of the ${name} door are recognised.`);
  }
  const authenticators = endpoint.authenticators ?? [];
  const where = nameOf([...path, 'authenticators']);
  if (authenticators.length === 0) {
    throw new ConfigError(`${where} is empty, so nobody could be recognised. Name static_api_key.`);
  }
  for (const authenticator of authenticators) {
    if (authenticator !== 'static_api_key') {
      throw new ConfigError(
        `${where} names "${authenticator}", which this version does not have. It has: static_api_key.`,
      );
    }
  }
  const authorizer = endpoint.authorizer ?? 'cedar';
  if (authorizer !== 'cedar' && authorizer !== 'noop') {
    throw new ConfigError(
      `${nameOf([...path, 'authorizer'])} is "${authorizer}", which this version does not have. It has: cedar, noop.`,
    );
  }
  return { authorizer };
}

function staticKeys(auth: Auth, nameOf: NameOf): KeyConfig[] {
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

/** The development keys are added to a file's own, which win. */
function withoutDoubles(keys: readonly KeyConfig[]): KeyConfig[] {
  return [...keys, ...developmentKeys.filter((known) => !keys.some(({ key }) => key === known.key))];
}
