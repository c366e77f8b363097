import { ServiceError } from '@flovyn/protocol';
import type { ExecutionId } from '../ids.js';

export function noExecution(id: ExecutionId): ServiceError {
  return new ServiceError('NOT_FOUND', `There is no workflow execution ${id}.`);
}
