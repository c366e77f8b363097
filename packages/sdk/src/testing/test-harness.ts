import { randomBytes, randomUUID } from 'node:crypto';
import { ConnectionError } from '../errors.js';
import { type HarnessConfig, configOfEnvironment } from './harness-config.js';
import { type ServerProcess, isHealthy, startServer } from './server-process.js';

/** Options of a {@link TestHarness}. */
export interface TestHarnessConfig {
  /** Accepted for older code: servers for tests are processes, and no container is needed. */
  serverImage?: string | undefined;
  /** The same. */
  postgresImage?: string | undefined;
  /** The same. */
  natsImage?: string | undefined;
  /** How long the server may take to become healthy, in milliseconds; 30,000 when absent. */
  healthCheckTimeout?: number | undefined;
}

const HEALTHY_MS = 30_000;

/**
 * A server for tests. It starts `@flovyn/server` as it is installed where the tests are, or the command that
 * `FLOVYN_TEST_SERVER_COMMAND` names, with a database of its own; or it uses the running one that `FLOVYN_TEST_GRPC_HOST`,
 * `FLOVYN_TEST_GRPC_PORT`, `FLOVYN_TEST_HTTP_HOST` and `FLOVYN_TEST_HTTP_PORT` name, if one of them is set.
 *
 * @example
 *   import { TestHarness } from '@flovyn/sdk/testing';
 *   import type { TestProject } from 'vitest/node';
 *
 *   // The `globalSetup` of vitest: one server for all test files.
 *   export default async function setup(project: TestProject): Promise<() => Promise<void>> {
 *     const harness = new TestHarness();
 *     await harness.start();
 *     const { grpcHost, grpcPort, httpHost, httpPort, orgId, orgSlug, apiKey, workerToken } = harness;
 *     const config = { grpcHost, grpcPort, httpHost, httpPort, orgId, orgSlug, apiKey, workerToken };
 *     project.provide('harnessConfig', config);
 *     return () => harness.stop();
 *   }
 * @see docs/guides/test-workflows-and-tasks.md
 */
export class TestHarness {
  /** Where workers connect; valid once the harness is started, like the three below. */
  grpcHost = 'localhost';
  /** The port of that. */
  grpcPort = 9090;
  /** Where REST and live streams are. */
  httpHost = 'localhost';
  /** The port of that. */
  httpPort = 8000;
  /** The id of the organisation the tests are, a UUID. */
  readonly orgId: string;
  /** Its name in REST paths. */
  readonly orgSlug: string;
  /** The key of a user. */
  readonly apiKey: string;
  /** The key of a worker. */
  readonly workerToken: string;
  readonly #timeoutMs: number;
  readonly #running: HarnessConfig | undefined;
  #server: ServerProcess | undefined;
  #starting: Promise<void> | undefined;
  #isStarted = false;

  /**
   * Starts nothing.
   *
   * @param running - a server that runs already; the one the environment names when absent.
   * @throws {ConfigurationError} when the environment names a port that is none.
   */
  constructor({ healthCheckTimeout = HEALTHY_MS }: TestHarnessConfig = {}, running = configOfEnvironment()) {
    this.#timeoutMs = healthCheckTimeout;
    this.#running = running;
    const orgId = running?.orgId ?? randomUUID();
    this.orgId = orgId;
    this.orgSlug = running?.orgSlug ?? `test-${orgId.slice(0, 8)}`;
    this.apiKey = running?.apiKey ?? `flovyn_sk_test_${secret()}`;
    this.workerToken = running?.workerToken ?? `flovyn_wk_test_${secret()}`;
    if (running !== undefined) this.#isAt(running);
  }

  /** Whether the server was found healthy and not stopped since. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /**
   * Resolves when the server is healthy. Safe to call again.
   *
   * @throws {ConfigurationError} when there is no server to start.
   * @throws {ConnectionError} when it does not become healthy in time.
   */
  async start(): Promise<void> {
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    await this.#starting;
  }

  /** Ends the server if it was started here. Safe to call again; it may be started again. */
  async stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    const server = this.#server;
    this.#server = undefined;
    this.#starting = undefined;
    this.#isStarted = false;
    await server?.stop();
  }

  async #start(): Promise<void> {
    if (this.#running === undefined) {
      this.#server = await startServer(this, this.#timeoutMs);
      this.#isAt(this.#server.config);
    } else {
      const url = `http://${this.httpHost}:${this.httpPort}`;
      if (!(await isHealthy(url, this.#timeoutMs))) {
        throw new ConnectionError(`The server for tests at ${url} was not healthy within ${this.#timeoutMs}ms`, url);
      }
    }
    this.#isStarted = true;
  }

  #isAt({ grpcHost, grpcPort, httpHost, httpPort }: HarnessConfig): void {
    this.grpcHost = grpcHost;
    this.grpcPort = grpcPort;
    this.httpHost = httpHost;
    this.httpPort = httpPort;
  }
}

let shared: TestHarness | undefined;

/**
 * The harness of this process, started: one for everybody who asks.
 *
 * @param config - a running server to use. Only the first call decides.
 * @throws {ConfigurationError} when there is no server to start.
 * @throws {ConnectionError} when it does not become healthy in time.
 * @example
 *   import { getTestHarness } from '@flovyn/sdk/testing';
 *
 *   const { httpHost, httpPort } = await getTestHarness();
 *   const { status } = await fetch(`http://${httpHost}:${httpPort}/_/health`);
 */
export async function getTestHarness(config?: HarnessConfig): Promise<TestHarness> {
  shared ??= config === undefined ? new TestHarness() : new TestHarness({}, config);
  await shared.start();
  return shared;
}

/**
 * Ends the harness of this process, if there is one, and its server, if it was started here: for the end of a test
 * file.
 */
export async function cleanupTestHarness(): Promise<void> {
  const harness = shared;
  shared = undefined;
  await harness?.stop();
}

function secret(): string {
  return randomBytes(12).toString('hex');
}
