import { ConfigurationError } from '../errors.js';

/** A server that tests use, and as whom. */
export interface HarnessConfig {
  /** Where workers connect. */
  grpcHost: string;
  /** From 1 to 65535. */
  grpcPort: number;
  /** Where REST and live streams are. */
  httpHost: string;
  /** From 1 to 65535. */
  httpPort: number;
  /** The id of the organisation the tests are, a UUID. */
  orgId: string;
  /** Its name in REST paths. */
  orgSlug: string;
  /** The key of a user. */
  apiKey: string;
  /** The key of a worker. */
  workerToken: string;
}

/** @ts-ignore Who uses another test runner has no vitest to add this to. */
declare module 'vitest' {
  export interface ProvidedContext {
    /** The server that a global set-up of the tests has started. */
    harnessConfig: HarnessConfig;
  }
}

/** Who one is on a server in development mode. */
const development = {
  orgId: '550e8400-e29b-41d4-a716-446655440000',
  orgSlug: 'dev',
  apiKey: 'flovyn_sk_dev_admin',
  workerToken: 'fwt_dev_worker',
};

const ADDRESS = ['GRPC_HOST', 'GRPC_PORT', 'HTTP_HOST', 'HTTP_PORT'] as const;

/**
 * The server that the environment names; `undefined` when none of `FLOVYN_TEST_GRPC_HOST`, `FLOVYN_TEST_GRPC_PORT`,
 * `FLOVYN_TEST_HTTP_HOST` and `FLOVYN_TEST_HTTP_PORT` is set. What is not set is that of a server in development mode on
 * this machine.
 *
 * @throws {ConfigurationError} when a port is none.
 */
export function configOfEnvironment(environment: NodeJS.ProcessEnv = process.env): HarnessConfig | undefined {
  const given = (name: string): string | undefined => environment[`FLOVYN_TEST_${name}`] || undefined;
  if (ADDRESS.every((name) => given(name) === undefined)) return undefined;
  const port = (name: string, otherwise: number): number => {
    const value = Number(given(name) ?? otherwise);
    if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
    throw new ConfigurationError(`FLOVYN_TEST_${name} must be a port from 1 to 65535, not ${given(name)}`);
  };
  return {
    grpcHost: given('GRPC_HOST') ?? 'localhost',
    grpcPort: port('GRPC_PORT', 9090),
    httpHost: given('HTTP_HOST') ?? 'localhost',
    httpPort: port('HTTP_PORT', 8000),
    orgId: given('ORG_ID') ?? development.orgId,
    orgSlug: given('ORG_SLUG') ?? development.orgSlug,
    apiKey: given('API_KEY') ?? development.apiKey,
    workerToken: given('WORKER_TOKEN') ?? development.workerToken,
  };
}
