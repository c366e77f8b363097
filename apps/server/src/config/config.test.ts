import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { type Config, loadConfig } from './config.js';

const ORG = '9d3c4f2e-1111-4222-8333-444455556666';

/** A configuration as the test harnesses of existing workers write it. */
const HARNESS = `
[[orgs]]
id = "${ORG}"
name = "Test Organization"
slug = "test-1"
tier = "FREE"

[auth]
enabled = true

[auth.static_api_key]
keys = [
  { key = "flovyn_sk_test_0123456789", org_id = "${ORG}", principal_type = "User", principal_id = "api:test", role = "ADMIN" },
  { key = "flovyn_wk_test_0123456789", org_id = "${ORG}", principal_type = "Worker", principal_id = "worker:test" },
]

[auth.endpoints.http]
authenticators = ["static_api_key"]
authorizer = "cedar"

[auth.endpoints.grpc]
authenticators = ["static_api_key"]
authorizer = "cedar"
`;

const directory = mkdtempSync(join(tmpdir(), 'flovyn-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileWith(text: string): string {
  const path = join(directory, 'server.toml');
  writeFileSync(path, text);
  return path;
}

function load(text: string, environment: Record<string, string> = {}) {
  return loadConfig({ CONFIG_FILE: fileWith(text), ...environment });
}

/** The keys that open the door of people. */
function keysOf({ auth }: Config) {
  return auth.http.authenticators.flatMap((one) => (one.name === 'static_api_key' ? one.keys : []));
}

describe('the configuration', () => {
  it('takes the file of the existing test harnesses as it is', () => {
    const { config, warnings } = load(HARNESS, { DATABASE_URL: 'postgres://somewhere/flovyn' });
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      isDevelopment: false,
      host: '0.0.0.0',
      httpPort: 8000,
      grpcPort: 9090,
      database: { type: 'url', url: 'postgres://somewhere/flovyn' },
      organisations: [{ id: ORG, slug: 'test-1' }],
      streamWaitMs: 6_000,
      pollHoldMs: 2_000,
    });
    expect(keysOf(config).map(({ type }) => type)).toEqual(['User', 'Worker']);
    expect(config.auth.anonymousFromLoopback).toBe(false);
  });

  it('puts the environment above the file, level by level', () => {
    const { config } = load(`server_port = 8123\n${HARNESS}`, {
      SERVER_PORT: '8124',
      AUTH__ENDPOINTS__HTTP__AUTHORIZER: 'noop',
      STREAM_WAIT_MAX: '500ms',
    });
    expect(config).toMatchObject({ httpPort: 8124, streamWaitMs: 500 });
    expect(config.auth.http.authorizer).toBe('noop');
    expect(config.auth.grpc.authorizer).toBe('cedar');
  });

  it.each([
    ['6s', 6_000],
    ['500ms', 500],
    ['2', 2_000],
    ['0', 0],
  ])('reads STREAM_WAIT_MAX=%s', (text, milliseconds) => {
    expect(loadConfig({ FLOVYN_DEV: '1', STREAM_WAIT_MAX: text }).config.streamWaitMs).toBe(milliseconds);
  });

  it.each([
    ['STREAM_WAIT_MAX', 'soon'],
    ['STREAM_WAIT_MAX', '31s'],
    ['SESSION_LEASE', '0'],
    ['GRPC_POLL_HOLD', '31s'],
    ['SERVER_PORT', '70000'],
    ['GRPC_SERVER_PORT', 'ninety'],
    ['LOG_LEVEL', 'loud'],
    ['NATS__ENABLED', 'perhaps'],
    ['PUBLIC_HTTP_URL', 'not an address'],
    ['FLOVYN_DEV', 'yes'],
    ['DATABASE_URL', 'flovyn'],
    ['DATABASE_URL', 'mysql://a/b'],
  ])('refuses %s=%s and names the variable', (variable, value) => {
    expect(() => loadConfig({ FLOVYN_DEV: '1', [variable]: value })).toThrow(new RegExp(`^${variable} must be`));
  });

  it('names the key and the file of a wrong value', () => {
    expect(() => load(`server_port = "x"\n${HARNESS}`)).toThrow(/^server_port in .*server\.toml must be a port number/);
  });

  it('says where a file stops being TOML', () => {
    expect(() => load('server_port = = 1')).toThrow(/server\.toml line 1, column/);
  });

  it('ignores unknown keys, and says so', () => {
    const { warnings } = load(`colour = "blue"\n${HARNESS}\n[auth.ldap]\nserver = "x"`, { AUTH__MAGIC: 'yes' });
    expect(warnings.map((warning) => warning.split(' ')[0])).toEqual(
      expect.arrayContaining(['colour', 'auth.ldap', 'AUTH__MAGIC']),
    );
  });

  it('knows who named the database', () => {
    const { database } = load(`database_url = "postgres://a/b"\n${HARNESS}`).config;
    expect(database).toMatchObject({ setBy: expect.stringMatching(/^database_url in .*server\.toml$/) as string });
    const other = load(HARNESS, { DATABASE__URL: 'postgres://a/b' }).config.database;
    expect(other).toMatchObject({ setBy: 'DATABASE__URL' });
  });

  it('takes the other spellings of ports and database', () => {
    const { config, warnings } = load(
      `[database]\nurl = "postgres://a/b"\n[server]\nhttp_port = 8100\ngrpc_port = 9100\n${HARNESS}`,
    );
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      httpPort: 8100,
      grpcPort: 9100,
      database: { type: 'url', url: 'postgres://a/b' },
    });
  });

  it('is asked for NATS by the file or by the environment, which wins', () => {
    const file = `${HARNESS}\n[nats]\nenabled = true\nurl = "nats://127.0.0.1:4222"\n`;
    expect(load(file)).toMatchObject({
      config: { nats: { url: 'nats://127.0.0.1:4222', keepsCopies: false } },
      warnings: [],
    });
    expect(load(file, { NATS__ENABLED: 'false' }).config.nats).toBeUndefined();
    expect(load(HARNESS, { NATS__ENABLED: 'true', NATS__JETSTREAM: 'true' }).config.nats).toEqual({
      url: 'nats://127.0.0.1:4222',
      keepsCopies: true,
    });
    expect(load(HARNESS, { NATS__ENABLED: 'true', NATS__URL: 'nats://127.0.0.1:4222' })).toMatchObject({
      config: { nats: { url: 'nats://127.0.0.1:4222' } },
      warnings: [],
    });
  });

  it('says so when what is asked for does nothing yet', () => {
    const { warnings } = load(`${HARNESS}\n[otel]\nenabled = true\n`);
    expect(warnings).toEqual([
      expect.stringMatching(/^otel\.enabled in .* has no effect: this version sends no traces\.$/),
    ]);
    const off = `${HARNESS}\n[otel]\nenabled = false\notlp_endpoint = "http://x"\nservice_name = "y"`;
    expect(load(off).warnings).toEqual([]);
  });

  it('keeps streams for a week, or as long as it is told, and output not longer than news', () => {
    const of = (file: string, environment = {}) => load(`${file}\n${HARNESS}`, environment).config.streamRetention;
    expect(of('')).toEqual({ streamMs: 604_800_000, outputMs: 604_800_000 });
    expect(of('stream_retention = "2d"')).toEqual({ streamMs: 172_800_000, outputMs: 172_800_000 });
    expect(of('', { STREAM_RETENTION_OUTPUT: '1h' })).toEqual({ streamMs: 604_800_000, outputMs: 3_600_000 });
    expect(() => of('stream_retention = "1h"\nstream_retention_output = "2h"')).toThrow(
      /^stream_retention_output in .* is longer than stream_retention/,
    );
    expect(() => of('stream_retention = "59s"')).toThrow(/^stream_retention in .* must be a duration from 1m/);
  });

  it.each([
    ['STREAM_RETENTION', 'from 1m to 3650d, such as 5m, 2h or 7d'],
    ['STREAM_WAIT_MAX', 'from 0 to 30s, such as 500ms or 6s'],
    ['SHUTDOWN_MAX', 'from 0 to 5m, such as 500ms, 6s or 5m'],
    ['SESSION_LEASE', 'from 1s to 10m, such as 6s or 5m'],
  ])('says how long %s may be as people write it', (variable, range) => {
    expect(() => loadConfig({ FLOVYN_DEV: '1', [variable]: 'x' })).toThrow(`${variable} must be a duration ${range}.`);
  });

  it('names every level of the log', () => {
    expect(() => loadConfig({ FLOVYN_DEV: '1', LOG_LEVEL: 'loud' })).toThrow(
      'LOG_LEVEL must be trace, debug, info, warn, error, fatal or silent.',
    );
  });

  it('keeps so much of the stream of an open execution, within safe ranges', () => {
    const of = (LIMITS: string) => load(HARNESS, { LIMITS__STREAM_ENTRIES_PER_EXECUTION: LIMITS }).config.limits;
    expect(load(HARNESS).config.limits).toMatchObject({
      streamEntriesPerExecution: 1_000_000,
      streamBytesPerExecution: 268_435_456,
    });
    expect(of('1000').streamEntriesPerExecution).toBe(1_000);
    expect(() => of('999')).toThrow(/must be a whole number from 1000 to 10000000/);
  });

  it('has a port for metrics only when it is asked for one', () => {
    const file = (metrics: string, environment = {}) => load(`${HARNESS}\n[metrics]\n${metrics}`, environment);
    expect(load(HARNESS).config.metricsPort).toBeUndefined();
    expect(file('port = 9100').config.metricsPort).toBeUndefined();
    expect(file('enabled = false\nport = 9100').config.metricsPort).toBeUndefined();
    expect(file('enabled = true')).toMatchObject({ config: { metricsPort: 9093 }, warnings: [] });
    expect(file('enabled = true\nport = 9100').config.metricsPort).toBe(9100);
    expect(file('enabled = true', { METRICS__PORT: '0' }).config.metricsPort).toBe(0);
    expect(() => file('port = "x"')).toThrow(/^metrics\.port in .* must be a port number/);
  });

  it('knows where an organisation keeps its data, when it is said', () => {
    const organisation = (more: string) =>
      load(HARNESS.replace('tier = "FREE"', more)).config.organisations.at(0)?.region;
    expect(organisation('region = "eu-west"')).toBe('eu-west');
    expect(organisation('')).toBeUndefined();
  });

  it.each(['Upper', '-dash', 'dot.ted', ORG])('refuses the slug %s', (slug) => {
    expect(() => load(HARNESS.replace('test-1', slug))).toThrow(/orgs\[0\]\.slug in .* must be 1 to 63 lower-case/);
  });

  it('leaves the rest of the environment alone', () => {
    expect(loadConfig({ FLOVYN_DEV: '1', PATH: '/bin', SERVER: 'x', AUTH: 'y', HOME__X: 'z' }).warnings).toEqual([]);
  });

  it.each([
    ['STREAM_WAITMAX', 'STREAM_WAIT_MAX'],
    ['STREAM_RETENTOIN', 'STREAM_RETENTION'],
    ['SESSION_LEASES', 'SESSION_LEASE'],
    ['SERVERPORT', 'SERVER_PORT'],
    ['NATS_ENABLED', 'NATS__ENABLED'],
    ['LIMIT__STREAMS_PER_ORG', 'LIMITS__STREAMS_PER_ORG'],
    ['TLS_KEY_FILE', 'TLS__KEY_FILE'],
    ['CORS_ORIGINS', 'CORS__ORIGINS'],
    ['AUTH_ENDPOINTS_HTTP_AUTHORIZER', 'AUTH__ENDPOINTS__HTTP__AUTHORIZER'],
  ])('says so when %s is set, which is almost %s', (variable, meant) => {
    const { warnings } = loadConfig({ FLOVYN_DEV: '1', [variable]: '1' });
    expect(warnings).toEqual([`${variable} is not a setting of this version; it has no effect. ${meant} is.`]);
  });

  it('takes no variable of others for a misspelt one of its own', () => {
    const ofOthers = {
      FLOVYN_URL: 'x',
      FLOVYN_ORG: 'x',
      FLOVYN_KEY: 'x',
      FLOVYN_API_KEY: 'x',
      FLOVYN_WORKER_TOKEN: 'x',
      FLOVYN_GRPC_SERVER_URL: 'x',
      FLOVYN_TEST_SEED: '1',
      STREAM_API_KEY: 'x',
      GRPC_TRACE: 'all',
      NATS_SERVICE_HOST: 'x',
      NATS_PORT: 'x',
      OTEL_SERVICE_NAME: 'x',
      LOG_LEVELS: 'x',
    };
    expect(loadConfig({ FLOVYN_DEV: '1', ...ofOthers }).warnings).toEqual([]);
  });

  it('takes a variable for one of others when the setting it resembles is set', () => {
    expect(loadConfig({ FLOVYN_DEV: '1', NATS__URL: 'nats://a', NATS_URL: 'nats://b' }).warnings).toEqual([]);
    expect(load(`${HARNESS}\n[nats]\nurl = "nats://a"\n`, { NATS_URL: 'nats://b' }).warnings).toEqual([]);
  });

  it('has the development organisation and keys in development mode, on this machine only', () => {
    const { config } = loadConfig({ FLOVYN_DEV: '1' });
    expect(config).toMatchObject({
      host: '127.0.0.1',
      organisations: [{ id: '550e8400-e29b-41d4-a716-446655440000', slug: 'dev' }],
      auth: { anonymousFromLoopback: true },
    });
    expect(keysOf(config).map(({ key }) => key)).toEqual(['flovyn_sk_dev_admin', 'fwt_dev_worker']);
    expect(() => loadConfig({ FLOVYN_DEV: '1', SERVER__HOST: '0.0.0.0' })).toThrow(/this machine only/);
  });
});

describe('R32 a broken authentication does not start', () => {
  const without = (text: string): string => {
    expect(HARNESS).toContain(text);
    return HARNESS.replace(text, '');
  };
  const swap = (text: string, other: string): string => {
    expect(HARNESS).toContain(text);
    return HARNESS.replace(text, other);
  };
  const endpoint = (list: string): string => swap('authenticators = ["static_api_key"]', `authenticators = ${list}`);

  it.each([
    ['nothing at all', '', /Nothing says who may use this server/],
    ['an organisation without authentication', HARNESS.slice(0, HARNESS.indexOf('[auth]')), /Nothing says who/],
    ['authentication turned off', swap('enabled = true', 'enabled = false'), /auth\.enabled .* is false/],
    ['an empty list of authenticators', endpoint('[]'), /authenticators .* is empty/],
    ['an unknown authenticator', endpoint('["oauth9"]'), /names "oauth9"/],
    ['an unknown authenticator after a known one', endpoint('["static_api_key", "ldap"]'), /names "ldap"/],
    ['a member of every object as an authenticator', endpoint('["toString"]'), /names "toString"/],
    [
      'a door without rules',
      HARNESS.slice(0, HARNESS.indexOf('[auth.endpoints.grpc]')),
      /endpoints\.grpc .* is missing/,
    ],
    ['an unknown authorizer', swap('authorizer = "cedar"', 'authorizer = "maybe"'), /authorizer .* is "maybe"/],
    ['no keys', HARNESS.replace(/keys = \[[^]*?\n\]/, 'keys = []'), /keys .* is empty/],
    ['a key that could be guessed', swap('flovyn_sk_test_0123456789', 'short'), /at least 16 characters/],
    ['one key for two callers', swap('flovyn_wk_test_0123456789', 'flovyn_sk_test_0123456789'), /stands twice/],
    ['a user without a role', without(', role = "ADMIN"'), /needs a role/],
    ['an unknown role', swap('"ADMIN"', '"EMPEROR"'), /must be OWNER, ADMIN or MEMBER/],
    ['an unknown sort of caller', swap('"Worker"', '"Robot"'), /must be User or Worker/],
    [
      'a key of no organisation',
      swap(`org_id = "${ORG}", principal_type = "User"`, 'org_id = "x", principal_type = "User"'),
      /must be a UUID/,
    ],
  ])('%s', (_what, text, message) => {
    expect(() => load(text)).toThrow(ConfigError);
    expect(() => load(text)).toThrow(message);
  });

  it('a configuration file that is not there', () => {
    expect(() => loadConfig({ CONFIG_FILE: '/nowhere/server.toml' })).toThrow(/CONFIG_FILE names \/nowhere/);
  });
});

describe('the sites whose pages may read answers', () => {
  const dev = (environment: Record<string, string>) => loadConfig({ FLOVYN_DEV: '1', ...environment }).config.cors;

  it('are none, unless they are listed', () => {
    expect(dev({})).toBeUndefined();
    expect(loadConfig({ FLOVYN_DEV: '1', CORS__CREDENTIALS: 'true' })).toMatchObject({
      config: { cors: undefined },
      warnings: ['CORS__CREDENTIALS has no effect: no site is listed in cors.origins.'],
    });
    const origins = new Set(['https://app.example.com', 'http://localhost:5173']);
    expect(dev({ CORS__ORIGINS: 'https://app.example.com, http://localhost:5173' })).toEqual({
      origins,
      credentials: false,
    });
    const file = `${HARNESS}\n[cors]\norigins = ["https://app.example.com", "http://localhost:5173"]\ncredentials = true\n`;
    expect(load(file).config.cors).toEqual({ origins, credentials: true });
    expect(dev({ CORS__ORIGINS: '*' })).toEqual({ origins: '*', credentials: false });
  });

  it.each([
    'https://app.example.com/',
    'https://app.example.com/path',
    'app.example.com',
    'https://*.example.com',
    'https://APP.example.com',
    'https://app.example.com:443',
    'null',
    'file:///tmp',
    'https://a.example,,https://b.example',
  ])('are not written as %s', (origins) => {
    expect(() => dev({ CORS__ORIGINS: origins })).toThrow(/^CORS__ORIGINS.* must be origins such as/);
  });

  it.each(['*', 'https://app.example.com,*'])('are not all of them with the sessions of browsers: %s', (origins) => {
    expect(() => dev({ CORS__ORIGINS: origins, CORS__CREDENTIALS: 'true' })).toThrow(
      new ConfigError(
        'CORS__CREDENTIALS is true and CORS__ORIGINS has *: every site could act as whoever is signed in. ' +
          'Name the origins, or leave credentials away.',
      ),
    );
  });
});

describe('TLS', () => {
  const file = (name: string): string =>
    fileURLToPath(new URL(`../../test/support/certificate/${name}.pem`, import.meta.url));
  const dev = (environment: Record<string, string>) => loadConfig({ FLOVYN_DEV: '1', ...environment }).config.tls;
  const written = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };

  it('is spoken with a certificate and its key, and not without', () => {
    expect(dev({})).toBeUndefined();
    const pem = expect.stringContaining('-----BEGIN') as string;
    expect(dev({ TLS__CERT_FILE: file('cert'), TLS__KEY_FILE: file('key') })).toEqual({ cert: pem, key: pem });
  });

  it.each([
    ['one of the two', { TLS__CERT_FILE: file('cert') }, /^tls.key_file is missing: TLS__CERT_FILE needs/],
    ['the other', { TLS__KEY_FILE: file('key') }, /^tls.cert_file is missing: TLS__KEY_FILE needs/],
    [
      'no such file',
      { TLS__CERT_FILE: '/nowhere', TLS__KEY_FILE: file('key') },
      /^TLS__CERT_FILE names \/nowhere, which/,
    ],
    ['a directory', { TLS__CERT_FILE: file('cert'), TLS__KEY_FILE: '/tmp' }, /^TLS__KEY_FILE names \/tmp, which/],
    [
      'two keys',
      { TLS__CERT_FILE: file('key'), TLS__KEY_FILE: file('key') },
      /^TLS__CERT_FILE \(.* are no certificate/,
    ],
    ['other text', { TLS__CERT_FILE: written('x.pem', 'x'), TLS__KEY_FILE: file('key') }, /are no certificate and its/],
  ])('is refused for %s', (_what, environment, message) => {
    expect(() => dev(environment)).toThrow(message);
    expect(() => dev(environment)).toThrow(ConfigError);
  });

  it('is refused for the key of another certificate, and the key is not shown', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const environment = { TLS__CERT_FILE: file('cert'), TLS__KEY_FILE: written('other.pem', pem) };
    expect(() => dev(environment)).toThrow(/are no certificate and its private key, as PEM: .*mismatch/);
    expect(() => dev(environment)).not.toThrow(pem.split('\n')[1]);
  });
});
