import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { type Config, type LoadedConfig, loadConfig } from './config.js';

const directory = mkdtempSync(join(tmpdir(), 'flovyn-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A configuration whose doors name these authenticators. */
function load(names: string, sections = '', environment: Record<string, string> = {}): LoadedConfig {
  const path = join(directory, 'server.toml');
  const door = `authenticators = ${names}`;
  writeFileSync(path, `${sections}\n[auth.endpoints.http]\n${door}\n[auth.endpoints.grpc]\n${door}\n`);
  return loadConfig({ CONFIG_FILE: path, ...environment });
}

const authenticatorsOf = ({ auth }: Config) => auth.grpc.authenticators;

const JWT = `
[auth.jwt]
jwks_uri = "https://login.example.com/jwks"
issuer = "https://login.example.com"
audience = "flovyn"
`;
const BETTER_AUTH = `
[auth.better_auth]
validation_url = "http://app:3000/api/auth/validate-key"
timeout_secs = 2

[auth.better_auth.jwt]
jwks_uri = "http://app:3000/api/auth/jwks"
issuer = "http://app:3000"
`;

describe('authenticators', () => {
  it('are known by name, with what each of them needs, in the order of each door', () => {
    const names = '["better_auth_jwt", "better_auth_api_key", "jwt", "worker_token"]';
    const { config, warnings } = load(names, JWT + BETTER_AUTH, { WORKER_TOKEN_SECRET: 'pepper' });
    expect(warnings).toEqual([]);
    expect(authenticatorsOf(config)).toEqual([
      {
        name: 'better_auth_jwt',
        keySet: new URL('http://app:3000/api/auth/jwks'),
        issuer: 'http://app:3000',
        audience: 'flovyn-server',
      },
      {
        name: 'better_auth_api_key',
        validationUrl: new URL('http://app:3000/api/auth/validate-key'),
        timeoutMs: 2_000,
      },
      {
        name: 'jwt',
        keySet: new URL('https://login.example.com/jwks'),
        issuer: 'https://login.example.com',
        audience: 'flovyn',
      },
      { name: 'worker_token', prefix: 'fwt_', secret: 'pepper' },
    ]);
    expect(config.auth.http.authenticators[0]).toBe(config.auth.grpc.authenticators[0]);
  });

  it('take what they need from the environment as well, and the other spelling of a section', () => {
    const environment = {
      AUTH__BETTER_AUTH__VALIDATION_URL: 'https://app.example.com/validate',
      AUTH__BETTER_AUTH__JWT__JWKS_URI: 'https://app.example.com/jwks',
      AUTH__BETTER_AUTH__JWT__ISSUER: 'https://app.example.com',
      AUTH__ENDPOINTS__GRPC__AUTHENTICATORS: 'better_auth_api_key, better_auth_jwt',
    };
    const { config } = load('["better_auth_jwt"]', '', environment);
    expect(authenticatorsOf(config).map(({ name }) => name)).toEqual(['better_auth_api_key', 'better_auth_jwt']);
    const other = JWT.replace('auth.jwt', 'auth.better_auth_jwt');
    expect(authenticatorsOf(load('["better_auth_jwt"]', other).config)).toMatchObject([
      { name: 'better_auth_jwt', audience: 'flovyn' },
    ]);
  });

  it('need nothing of those that no door names', () => {
    expect(authenticatorsOf(load('["worker_token", "worker_token"]').config)).toEqual([
      { name: 'worker_token', prefix: 'fwt_', secret: undefined },
    ]);
  });

  it('find organisations by what is configured', () => {
    expect(load('["worker_token"]').config.auth.organisations).toEqual({ cacheMs: 300_000, autoCreate: false });
    const section =
      '[auth.org_resolver]\ncache_ttl_secs = 0\nauto_create = true\n[auth.attr_resolver]\nresolver_type = "noop"\n';
    expect(load('["worker_token"]', section)).toMatchObject({
      config: { auth: { organisations: { cacheMs: 0, autoCreate: true } } },
      warnings: [],
    });
  });

  it('of a development server always take the keys that everybody knows', () => {
    const { config } = load('["jwt"]', '[auth.jwt]\nskip_verification = true\n', { FLOVYN_DEV: '1' });
    expect(authenticatorsOf(config)).toMatchObject([
      { name: 'jwt', keySet: undefined },
      { name: 'static_api_key', keys: [{ key: 'flovyn_sk_dev_admin' }, { key: 'fwt_dev_worker' }] },
    ]);
    const names = authenticatorsOf(loadConfig({ FLOVYN_DEV: '1' }).config).map(({ name }) => name);
    expect(names).toEqual(['static_api_key', 'worker_token']);
  });
});

describe('R32 an authenticator that cannot be built stops the start', () => {
  const without = (text: string, line: RegExp): string => {
    expect(text).toMatch(line);
    return text.replace(line, '');
  };
  it.each([
    ['no section at all', 'jwt', '', /auth\.jwt\.jwks_uri in .* is missing/],
    ['no keys', 'jwt', without(JWT, /^jwks_uri.*$/m), /auth\.jwt\.jwks_uri in .* is missing/],
    ['no issuer', 'jwt', without(JWT, /^issuer.*$/m), /auth\.jwt\.issuer in .* is missing/],
    ['no audience', 'jwt', without(JWT, /^audience.*$/m), /auth\.jwt\.audience in .* is missing/],
    ['an empty issuer', 'jwt', JWT.replace(/^issuer.*$/m, 'issuer = ""'), /auth\.jwt\.issuer in .* must not be empty/],
    [
      'an address that is none',
      'jwt',
      JWT.replace('https://login.example.com/jwks', 'login.example.com'),
      /auth\.jwt\.jwks_uri in .* must be an address/,
    ],
    [
      'a file as address',
      'jwt',
      JWT.replace('https://login.example.com/jwks', 'file:///etc/keys'),
      /must be an address/,
    ],
    [
      'a password in the address',
      'jwt',
      JWT.replace('https://login', 'https://user:secret@login'),
      /jwks_uri in .* must have no user and no password/,
    ],
    [
      'no verification',
      'jwt',
      `${JWT}skip_verification = true\n`,
      /auth\.jwt\.skip_verification in .* is true: .*development/,
    ],
    [
      'no verification, in the other spelling',
      'better_auth_jwt',
      '[auth.better_auth_jwt]\nskip_verification = true\n',
      /auth\.better_auth_jwt\.skip_verification in .* is true/,
    ],
    [
      'no keys of Better Auth',
      'better_auth_jwt',
      without(BETTER_AUTH, /^jwks_uri.*$/m),
      /better_auth\.jwt\.jwks_uri in .* is missing/,
    ],
    [
      'no issuer of Better Auth',
      'better_auth_jwt',
      without(BETTER_AUTH, /^issuer.*$/m),
      /better_auth\.jwt\.issuer in .* is missing/,
    ],
    [
      'nobody to ask for keys',
      'better_auth_api_key',
      without(BETTER_AUTH, /^validation_url.*$/m),
      /auth\.better_auth\.validation_url in .* is missing/,
    ],
    [
      'all the time in the world',
      'better_auth_api_key',
      BETTER_AUTH.replace('timeout_secs = 2', 'timeout_secs = 3600'),
      /timeout_secs in .* must be a number of seconds from 1 to 30/,
    ],
    ['no prefix', 'worker_token', '[auth.worker_token]\nprefix = ""\n', /prefix in .* must be 1 to 32 letters/],
    ['a prefix with a dot', 'worker_token', '[auth.worker_token]\nprefix = "a.b"\n', /prefix in .* must be 1 to 32/],
    [
      'attributes that nobody resolves',
      'worker_token',
      '[auth.attr_resolver]\nresolver_type = "ldap"\n',
      /resolver_type in .* must be noop/,
    ],
  ])('%s (%#)', (_what, name, sections, message) => {
    const attempt = () => load(`["${name}"]`, sections);
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(message);
  });

  it('and never says a secret', () => {
    const sections = JWT.replace('https://login', 'https://user:hunter2@login');
    expect(() => load('["jwt"]', sections)).toThrow(ConfigError);
    expect(() => load('["jwt"]', sections)).not.toThrow(/hunter2/);
  });
});
