import { parseArgs } from 'node:util';
import type { StreamTarget } from '../target.js';

/** What was asked for on the command line. */
export interface Asked {
  readonly target: StreamTarget;
  /** Ids of cases, or themes; all when empty. */
  readonly only: readonly string[];
  readonly isJson: boolean;
  readonly isList: boolean;
  /** Whether the slow cases are wanted too. */
  readonly isSlow: boolean;
  readonly timeoutMs: number | undefined;
  readonly concurrency: number | undefined;
}

/** The command line was not understood. */
export class UsageError extends Error {}

export const USAGE = `Usage: flovyn-conformance stream --url <http://host:8000> [options]

Plays the promises of Flovyn's streams against a server that runs, and says which it keeps.

  --url <address>       HTTP address; repeated for several servers on one database
  --grpc <address>      gRPC address, as often as --url; the host of --url at port 9090 when absent
  --key <key>           key of a user who may start, cancel and retry
  --worker-key <key>    key of a worker; needed where --key is, since users may not work
  --org <slug>          organisation to work in (dev)
  --only <id|theme>     a case or a theme; may be repeated
  --slow                also the cases that take longer than all others together
  --timeout <seconds>   how long each door, and each step of a case, may take to answer (20)
  --concurrency <n>     how many cases are played at a time (8)
  --list                say by theme which cases there are, and play none
  --json                one JSON document in place of lines; with --list, the cases as they are played
  --help                this text

Exit status: 0 when every promise was kept, 1 when one was not or the server cannot be reached, 2 when the command line is
not understood.
`;

const OPTIONS = {
  url: { type: 'string', multiple: true },
  grpc: { type: 'string', multiple: true },
  key: { type: 'string' },
  'worker-key': { type: 'string' },
  org: { type: 'string', default: 'dev' },
  only: { type: 'string', multiple: true },
  slow: { type: 'boolean', default: false },
  timeout: { type: 'string' },
  concurrency: { type: 'string' },
  list: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const GRPC_PORT = '9090';

/**
 * Reads the command line, without the names of the program.
 *
 * @returns `undefined` when only help was asked for.
 * @throws {UsageError} when it cannot be understood, saying why.
 */
export function readArguments(words: readonly string[]): Asked | undefined {
  const { values, positionals } = parsed(words);
  if (values.help) return undefined;
  if (positionals.length !== 1 || positionals[0] !== 'stream') {
    throw new UsageError(`The suite is called "stream", not "${positionals.join(' ')}".`);
  }
  const { url = [], grpc = [], key, only = [] } = values;
  if (url.length === 0 && !values.list) throw new UsageError('--url is needed: the address of a server that runs.');
  if (grpc.length > 0 && grpc.length !== url.length) {
    throw new UsageError(`--grpc is given ${grpc.length} times and --url ${url.length} times: one for each server.`);
  }
  return {
    target: {
      servers: url.map((address, index) => ({ url: checkedUrl(address), grpcUrl: grpc[index] ?? grpcOf(address) })),
      org: values.org,
      key,
      workerKey: values['worker-key'],
    },
    only,
    isJson: values.json,
    isList: values.list,
    isSlow: values.slow,
    timeoutMs: positive('timeout', values.timeout, 1_000),
    concurrency: positive('concurrency', values.concurrency, 1),
  };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error: unknown) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function checkedUrl(address: string): string {
  const { protocol = '' } = URL.canParse(address) ? new URL(address) : {};
  if (protocol === 'http:' || protocol === 'https:') return address;
  throw new UsageError(`--url is an address such as http://127.0.0.1:8000, not "${address}".`);
}

function grpcOf(address: string): string {
  const url = new URL(checkedUrl(address));
  return `${url.protocol}//${url.hostname}:${GRPC_PORT}`;
}

function positive(name: string, text: string | undefined, factor: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && Number.isInteger(value * factor)) return value * factor;
  throw new UsageError(`--${name} is a positive number, not "${text}".`);
}
