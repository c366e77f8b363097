/** An error after it became data: what is stored and sent. */
export interface Failure {
  /** The name of the error's class, `Error` when it had none. */
  readonly name: string;
  readonly message: string;
  /** Empty when there is none. */
  readonly stackTrace: string;
  /** Whether another attempt may succeed. False only when the error said so by a member `retryable`. */
  readonly retryable: boolean;
}

/** Characters of a message that are kept: an error may quote a whole document, and must still fit into a payload. */
const MESSAGE_LENGTH = 64 * 1_024;
const STACK_LENGTH = 32 * 1_024;

/** Makes data of anything that was thrown, an error or not. Never throws itself. */
export function toFailure(error: unknown): Failure {
  const name = text(member(error, 'name'));
  const stackTrace = text(member(error, 'stack'));
  return {
    name: name === undefined || name === '' ? 'Error' : name,
    message: cut(messageOf(error), MESSAGE_LENGTH),
    stackTrace: cut(stackTrace ?? '', STACK_LENGTH),
    retryable: member(error, 'retryable') !== false,
  };
}

/** Makes an error of a failure, to be thrown where the failure is felt. */
export function fromFailure(failure: Failure): Error & { readonly retryable: boolean } {
  const error = Object.assign(new Error(failure.message), { retryable: failure.retryable });
  // Not enumerable, as with any error: a printed one shows its name once.
  Object.defineProperty(error, 'name', { value: failure.name, configurable: true, writable: true });
  if (failure.stackTrace !== '') {
    Object.defineProperty(error, 'stack', { value: failure.stackTrace, configurable: true, writable: true });
  }
  return error;
}

function messageOf(error: unknown): string {
  const message = text(member(error, 'message'));
  if (message !== undefined) return message;
  try {
    return typeof error === 'object' && error !== null ? (JSON.stringify(error) ?? 'unknown') : String(error);
  } catch {
    // What was thrown resists being printed, and what counts is that something was thrown.
    return 'Something that cannot be printed was thrown.';
  }
}

/** Reads a member of anything; a getter that throws counts as absent, since a failure must never fail. */
function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function cut(whole: string, length: number): string {
  return whole.length <= length ? whole : `${whole.slice(0, length)}… (${whole.length - length} characters cut)`;
}
