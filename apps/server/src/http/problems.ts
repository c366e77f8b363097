import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '@flovyn/protocol';
import { PROBLEM_JSON, toProblem } from '@flovyn/protocol/http';
import { type Logger } from '../observe/log.js';
import { logEvents } from '../observe/events.js';

/** Turns anything that was thrown into an answer. The one place where errors of the HTTP door become bodies. */
export type SendProblem = (
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  /** When HTTP has a more exact status than the error's code. */
  status?: number,
) => void;

export function problemSender(log: Logger): SendProblem {
  return (request, response, thrown, status) => {
    const error = ServiceError.from(thrown);
    const path = pathOf(request);
    if (error.code === 'INTERNAL') log.error({ err: thrown, method: request.method, path }, logEvents.requestFailed);
    else if (error.code === 'UNAVAILABLE') log.warn({ err: thrown, path }, logEvents.requestFailed);
    // Half an answer cannot be taken back; cutting it off at least tells the reader that it is not whole.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const told = toProblem(error, path);
    const problem = status === undefined ? told : { ...told, status };
    const retryAfter = error.retryAfterSeconds ?? (error.retryable ? 1 : undefined);
    response.writeHead(problem.status, {
      'content-type': PROBLEM_JSON,
      'cache-control': 'no-store',
      ...(retryAfter === undefined ? undefined : { 'retry-after': String(Math.ceil(retryAfter)) }),
      ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : undefined),
    });
    response.end(JSON.stringify(problem));
  };
}

/** The path of a request, without its query: that may hold what must not be repeated. */
export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
