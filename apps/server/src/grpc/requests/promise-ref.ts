import type { ExecutionId, PromiseRef } from '@flovyn/engine';
import { ServiceError, isUuid, parseName } from '@flovyn/protocol';

const UUID_LENGTH = 36;

/**
 * The promise a caller means: by its UUID, or by its name in an execution (`<execution id>/<name>` or
 * `<execution id>:<name>`), as older workers have it.
 *
 * @throws {ServiceError} INVALID_ARGUMENT, INVALID_IDENTIFIER
 */
export function parsePromiseRef(text: string): PromiseRef {
  if (isUuid(text)) return { promiseId: text.toLowerCase() };
  const execution = text.slice(0, UUID_LENGTH);
  const separator = text.charAt(UUID_LENGTH);
  if (isUuid(execution) && (separator === '/' || separator === ':')) {
    const name = parseName(text.slice(UUID_LENGTH + 1), 'The name in promise_id');
    return { executionId: execution.toLowerCase() as ExecutionId, name };
  }
  throw new ServiceError(
    'INVALID_ARGUMENT',
    'promise_id must be the UUID of a promise, or <workflow execution id>/<name of the promise>.',
  );
}
