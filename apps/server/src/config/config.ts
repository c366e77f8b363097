import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { limits } from '@flovyn/protocol';
import { type AuthConfig, type OrganisationConfig, authConfig } from './auth-config.js';
import { ConfigError } from './config-error.js';
import { type CorsConfig, corsConfig } from './cors-config.js';
import { developmentOrganisation } from './development.js';
import { type ReadConfig, readSources } from './sources.js';
import { type TlsConfig, tlsConfig } from './tls-config.js';

/** Everything the server is told from outside, checked. */
export interface Config {
  readonly isDevelopment: boolean;
  /** The address both doors listen on. */
  readonly host: string;
  readonly httpPort: number;
  readonly grpcPort: number;
  /** Where metrics are open to everybody; `undefined` when nobody asked for such a port. */
  readonly metricsPort: number | undefined;
  readonly database:
    /** `setBy`: how a person finds the key that named it. */
    | { readonly type: 'url'; readonly url: string; readonly setBy: string }
    | { readonly type: 'embedded'; readonly directory: string };
  readonly organisations: readonly OrganisationConfig[];
  readonly auth: AuthConfig;
  /** Which pages of other sites may read answers; absent where none may. */
  readonly cors: CorsConfig | undefined;
  /** With what the HTTP door speaks TLS; absent where it does not. */
  readonly tls: TlsConfig | undefined;
  /** How long a reader waits for an execution that does not exist yet. */
  readonly streamWaitMs: number;
  /** How long a stop may take before what is left is cut off. */
  readonly shutdownMs: number;
  /** How long a worker session may be silent before others get its work. */
  readonly sessionLeaseMs: number;
  /** How long a worker's poll is held when there is no work. */
  readonly pollHoldMs: number;
  readonly limits: {
    readonly streamsPerPrincipal: number;
    readonly streamsPerOrg: number;
    readonly streamsPerProcess: number;
    readonly socketsPerAddress: number;
    /** What is kept of one stream while its execution is open. */
    readonly streamEntriesPerExecution: number;
    readonly streamBytesPerExecution: number;
  };
  /** How long streams are kept after the end of their execution, and their output. */
  readonly streamRetention: { readonly streamMs: number; readonly outputMs: number };
  /** Where the HTTP door is, as seen by others; empty when nobody said so. */
  readonly publicHttpUrl: string;
  readonly logLevel: string;
  /** Where the other processes on the same database are heard; absent where there are none. */
  readonly nats: { readonly url: string; readonly keepsCopies: boolean } | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  /** What has no effect, for the log. */
  readonly warnings: readonly string[];
}

/**
 * Reads the configuration: the TOML file named by `CONFIG_FILE`, and above it the environment, where `__` separates
 * levels (`AUTH__ENDPOINTS__HTTP__AUTHORIZER`).
 *
 * @throws {ConfigError} when something is wrong, or when nothing says who may use the server.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): LoadedConfig {
  const path = environment['CONFIG_FILE'];
  const read = readSources(environment, path === undefined || path === '' ? undefined : { path, text: readFile(path) });
  return { config: toConfig(read), warnings: [...read.warnings, ...withoutEffect(read)] };
}

/** Settings that are understood and asked for, but do nothing in this version, or without another. */
function withoutEffect({ values, nameOf }: ReadConfig): string[] {
  const { origins = [], credentials = false } = values.cors ?? {};
  const asked: readonly (readonly [path: readonly string[], isAsked: boolean, why: string])[] = [
    [['otel', 'enabled'], values.otel?.enabled === true, 'this version sends no traces'],
    [
      ['cors', 'credentials'],
      credentials && origins.length === 0,
      `no site is listed in ${nameOf(['cors', 'origins'])}`,
    ],
  ];
  return asked.flatMap(([path, isAsked, why]) => (isAsked ? [`${nameOf(path)} has no effect: ${why}.`] : []));
}

function toConfig(read: ReadConfig): Config {
  const { values, nameOf } = read;
  const isDevelopment = values.flovyn_dev ?? false;
  const auth = authConfig(read, isDevelopment);
  const url = values.database_url ?? values.database?.url;
  const host = values.server?.host ?? (isDevelopment || url === undefined ? '127.0.0.1' : '0.0.0.0');
  if (isDevelopment && !isLoopback(host)) {
    throw new ConfigError(
      `${nameOf(['server', 'host'])} is ${host}: in development mode the keys are known to everybody, so the server ` +
        'listens on this machine only. Use 127.0.0.1, or configure [auth] and leave FLOVYN_DEV away.',
    );
  }
  return {
    isDevelopment,
    host,
    httpPort: values.server_port ?? values.server?.http_port ?? 8000,
    grpcPort: values.grpc_server_port ?? values.server?.grpc_port ?? 9090,
    metricsPort: values.metrics?.enabled === true ? (values.metrics.port ?? 9093) : undefined,
    database:
      url === undefined
        ? { type: 'embedded', directory: resolve(values.flovyn_data_dir ?? '.flovyn') }
        : {
            type: 'url',
            url,
            setBy: nameOf(values.database_url === undefined ? ['database', 'url'] : ['database_url']),
          },
    organisations: organisations(values.orgs ?? [], isDevelopment, nameOf),
    auth,
    cors: corsConfig(read),
    tls: tlsConfig(read),
    streamWaitMs: values.stream_wait_max ?? limits.streamWaitMs,
    shutdownMs: values.shutdown_max ?? 30_000,
    sessionLeaseMs: values.session_lease ?? 30_000,
    pollHoldMs: values.grpc_poll_hold ?? limits.pollHoldMs,
    limits: {
      streamsPerPrincipal: values.limits?.streams_per_principal ?? limits.streamsPerPrincipal,
      streamsPerOrg: values.limits?.streams_per_org ?? limits.streamsPerOrg,
      streamsPerProcess: values.limits?.streams_per_process ?? limits.streamsPerProcess,
      socketsPerAddress: values.limits?.sockets_per_address ?? limits.socketsPerAddress,
      streamEntriesPerExecution: values.limits?.stream_entries_per_execution ?? limits.streamEntries,
      streamBytesPerExecution: values.limits?.stream_bytes_per_execution ?? limits.streamBytes,
    },
    streamRetention: streamRetention(read),
    publicHttpUrl: values.public_http_url ?? '',
    logLevel: values.log_level ?? 'info',
    nats:
      values.nats?.enabled === true
        ? { url: values.nats.url ?? 'nats://127.0.0.1:4222', keepsCopies: values.nats.jetstream ?? false }
        : undefined,
  };
}

function streamRetention({ values, nameOf }: ReadConfig): Config['streamRetention'] {
  const streamMs = values.stream_retention ?? limits.streamRetentionMs;
  const outputMs = values.stream_retention_output ?? streamMs;
  if (outputMs > streamMs) {
    throw new ConfigError(
      `${nameOf(['stream_retention_output'])} is longer than ${nameOf(['stream_retention'])}: output cannot be kept longer ` +
        'than the stream it stands in. Shorten the former, or lengthen the latter.',
    );
  }
  return { streamMs, outputMs };
}

function organisations(
  listed: readonly OrganisationConfig[],
  isDevelopment: boolean,
  nameOf: ReadConfig['nameOf'],
): readonly OrganisationConfig[] {
  const all = [...listed];
  const isDouble = (one: OrganisationConfig, other: OrganisationConfig) =>
    one.id === other.id || one.slug === other.slug;
  all.forEach((org, index) => {
    if (!all.slice(0, index).some((earlier) => isDouble(org, earlier))) return;
    throw new ConfigError(`${nameOf(['orgs', index])} has the id or the slug of another organisation.`);
  });
  if (isDevelopment && !all.some((org) => isDouble(org, developmentOrganisation))) all.push(developmentOrganisation);
  return all;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error: unknown) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`CONFIG_FILE names ${path}, which cannot be read: ${why}`, { cause: error });
  }
}

/** Whether an address can only be reached from this machine. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}
