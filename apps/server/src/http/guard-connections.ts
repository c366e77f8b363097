import type { Server, Socket } from 'node:net';
import { ServiceError, limits } from '@flovyn/protocol';
import { PROBLEM_JSON, toProblem } from '@flovyn/protocol/http';
import { isLoopback } from '../config/config.js';

/**
 * Guards a server before there are requests: as many connections of an address as it may have, and a problem for what is not
 * HTTP at all.
 *
 * @param socketsPerAddress - not for this machine's own address: proxies and browsers of developers share it.
 */
export function guardConnections(server: Server, socketsPerAddress: number): void {
  const perAddress = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress;
    if (address === undefined || isLoopback(address)) return;
    const count = (perAddress.get(address) ?? 0) + 1;
    if (count > socketsPerAddress) {
      socket.destroy();
      return;
    }
    perAddress.set(address, count);
    socket.on('close', () => {
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(rawProblem(error.code));
  });
}

/** An answer to what could not be read as a request: no response object exists for it. */
function rawProblem(code: string | undefined): string {
  const [status, reason, error] = describe(code);
  const body = JSON.stringify({ ...toProblem(error, ''), status, instance: undefined });
  return (
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: ${PROBLEM_JSON}\r\nConnection: close\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

function describe(code: string | undefined): readonly [number, string, ServiceError] {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const message = `The headers of a request may have at most ${limits.httpHeaderBytes} bytes.`;
    const error = new ServiceError('PAYLOAD_TOO_LARGE', message, { limit: limits.httpHeaderBytes });
    return [431, 'Request Header Fields Too Large', error];
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return [408, 'Request Timeout', new ServiceError('DEADLINE_EXCEEDED', 'The request came in too slowly.')];
  }
  return [400, 'Bad Request', new ServiceError('INVALID_ARGUMENT', 'This is not an HTTP request.')];
}
