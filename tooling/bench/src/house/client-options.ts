import type { FlovynClientOptions } from '@flovyn/sdk';

/** The organisation a server in development mode has. */
export const organisation = '550e8400-e29b-41d4-a716-446655440000';

/** How programs of the bench reach the server: its ports stand in the environment. */
export function clientOptions(): FlovynClientOptions {
  const { BENCH_HTTP_PORT: http = '', BENCH_GRPC_PORT: grpc = '' } = process.env;
  const quiet = (): void => {};
  return {
    serverUrl: `http://127.0.0.1:${grpc}`,
    httpUrl: `http://127.0.0.1:${http}`,
    orgId: organisation,
    logger: { debug: quiet, info: quiet, warn: complain, error: complain },
  };
}

function complain(message: string): void {
  process.stderr.write(`${message}\n`);
}
