import { ServiceError } from '@flovyn/protocol';
import type { ServerItem } from '@flovyn/protocol/grpc';
import type { Logger } from '../../types.js';
import type { Call } from './doors.js';

/** What those stand on who look after the work of a worker that makes single calls. */
export interface WorkParts {
  readonly call: Call;
  /** Says something to the worker, as a session's server would. What is said while there is no line is kept for the next. */
  readonly tell: (item: ServerItem) => void;
  /** There is room for more. */
  readonly freed: () => void;
  readonly logger: Logger;
}

/** What a worker is told that speaks of work it does not have any more. */
export function notOurs(what: string): ServiceError {
  return new ServiceError('LEASE_LOST', `This worker does not have ${what} any more.`);
}
