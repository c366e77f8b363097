import type { AuthSection } from './auth-schema.js';
import {
  type AuthenticatorConfig,
  type AuthenticatorName,
  type AuthenticatorSources,
  type StaticKeysConfig,
  authenticatorConfigs,
  isAuthenticatorName,
  workerToken,
} from './authenticator-config.js';
import { ConfigError } from './config-error.js';
import { developmentKeys } from './development.js';
import type { ReadConfig } from './sources.js';

export interface OrganisationConfig {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly tier: string;
  /** Where its data is kept, for people to read. */
  readonly region?: string | undefined;
}

/** How one door decides what a known caller may do. */
export type AuthorizerName = 'cedar' | 'noop';

export interface DoorConfig {
  /** Who is asked who a caller is, in this order. Never empty. */
  readonly authenticators: readonly AuthenticatorConfig[];
  readonly authorizer: AuthorizerName;
}

export interface AuthConfig {
  readonly http: DoorConfig;
  readonly grpc: DoorConfig;
  /** Organisations that tokens of others name. */
  readonly organisations: {
    readonly cacheMs: number;
    /** Whether one that does not exist yet is made. */
    readonly autoCreate: boolean;
  };
  /** Development only: calls without credentials from this machine are the development organisation's. */
  readonly anonymousFromLoopback: boolean;
}

const ORGANISATION_CACHE_SECONDS = 300;
const NAMES = Object.keys(authenticatorConfigs).join(', ');

/**
 * The rules of who may enter. A door that cannot tell who knocks must not open at all: everything that is missing,
 * empty, unknown or turned off is refused by name.
 *
 * @throws {ConfigError}
 */
export function authConfig({ values, nameOf }: ReadConfig, isDevelopment: boolean): AuthConfig {
  const { auth, worker_token_secret: workerTokenSecret } = values;
  if (isDevelopment && auth === undefined) return developmentAuth(workerTokenSecret);
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
  const sources = { auth, workerTokenSecret, nameOf, isDevelopment };
  const built = new Map<AuthenticatorName, AuthenticatorConfig>();
  const { cache_ttl_secs: cacheSeconds = ORGANISATION_CACHE_SECONDS, auto_create: autoCreate = false } =
    auth.org_resolver ?? {};
  return {
    http: door('http', sources, built),
    grpc: door('grpc', sources, built),
    organisations: { cacheMs: cacheSeconds * 1_000, autoCreate },
    anonymousFromLoopback: isDevelopment,
  };
}

/** On one's own machine: the keys that everybody knows, and those one makes. */
function developmentAuth(workerTokenSecret: string | undefined): AuthConfig {
  const door: DoorConfig = {
    authenticators: [withDevelopmentKeys(), workerToken(undefined, workerTokenSecret)],
    authorizer: 'cedar',
  };
  return {
    http: door,
    grpc: door,
    organisations: { cacheMs: ORGANISATION_CACHE_SECONDS * 1_000, autoCreate: false },
    anonymousFromLoopback: true,
  };
}

/** @param built - what both doors name is built once, so that they share what it knows. */
function door(
  name: 'http' | 'grpc',
  sources: AuthenticatorSources,
  built: Map<AuthenticatorName, AuthenticatorConfig>,
): DoorConfig {
  const { auth, nameOf, isDevelopment } = sources;
  const path = ['auth', 'endpoints', name];
  const endpoint = auth.endpoints?.[name];
  if (endpoint === undefined) {
    throw new ConfigError(`${nameOf(path)} is missing: it says how callers of the ${name} door are recognised.`);
  }
  const names = authenticatorNames(endpoint, nameOf([...path, 'authenticators']));
  const authorizer = endpoint.authorizer ?? 'cedar';
  if (authorizer !== 'cedar' && authorizer !== 'noop') {
    throw new ConfigError(
      `${nameOf([...path, 'authorizer'])} is "${authorizer}", which this version does not have. It has: cedar, noop.`,
    );
  }
  const authenticators = names.map((authenticator) => {
    const config = built.get(authenticator) ?? build(authenticator, sources);
    built.set(authenticator, config);
    return config;
  });
  // The keys that everybody knows open every development server.
  if (isDevelopment && !names.includes('static_api_key')) authenticators.push(withDevelopmentKeys());
  return { authenticators, authorizer };
}

type Endpoint = NonNullable<NonNullable<AuthSection['endpoints']>['http']>;

function authenticatorNames({ authenticators = [] }: Endpoint, where: string): readonly AuthenticatorName[] {
  if (authenticators.length === 0) {
    throw new ConfigError(`${where} is empty, so nobody could be recognised. Name one or more of: ${NAMES}.`);
  }
  const unknown = authenticators.find((name) => !isAuthenticatorName(name));
  if (unknown !== undefined) {
    throw new ConfigError(`${where} names "${unknown}", which this version does not have. It has: ${NAMES}.`);
  }
  return [...new Set(authenticators.filter(isAuthenticatorName))];
}

function build(name: AuthenticatorName, sources: AuthenticatorSources): AuthenticatorConfig {
  const config = authenticatorConfigs[name](sources);
  return config.name === 'static_api_key' && sources.isDevelopment ? withDevelopmentKeys(config) : config;
}

/** The development keys are added to a file's own, which win. */
function withDevelopmentKeys({ keys }: Pick<StaticKeysConfig, 'keys'> = { keys: [] }): StaticKeysConfig {
  const added = developmentKeys.filter((known) => !keys.some(({ key }) => key === known.key));
  return { name: 'static_api_key', keys: [...keys, ...added] };
}
