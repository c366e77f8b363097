import type { TargetError } from '../target-error.js';
import type { StreamTarget } from '../target.js';

/** Which option is to be looked at when a target cannot be entered, and why: one sentence. */
export function targetSentence({ part, address, message }: TargetError, { org, key, workerKey }: StreamTarget): string {
  switch (part) {
    case 'url':
      return `--url ${address}: ${message}`;
    case 'grpcUrl':
      return `--grpc ${address}: ${message}`;
    case 'org':
      return `--org ${org}: ${message}`;
    case 'key':
      return `--key${key === undefined ? ' is absent' : ''}: ${message}`;
    case 'workerKey': {
      const doesNot = `does not let a worker in at ${address}: ${message}`;
      if (workerKey !== undefined) return `--worker-key ${doesNot}`;
      return `--worker-key is absent, and ${key === undefined ? 'no key' : 'the key of --key'} ${doesNot}`;
    }
  }
}
