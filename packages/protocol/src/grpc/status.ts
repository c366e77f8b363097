import { Metadata, type StatusObject, status } from '@grpc/grpc-js';

import { type ErrorCode, errorCodeOfSlug, errorCodes } from '../error-code.js';
import { ServiceError } from '../service-error.js';
import { DETAILS_KEY, decodeErrorDetails, encodeErrorDetails } from './error-details.js';

/** The gRPC status of an error code. */
export function toGrpcStatus(code: ErrorCode): status {
  return status[errorCodes[code].grpc];
}

/**
 * The form in which a handler fails a call. Beside the status it carries a `google.rpc.ErrorInfo` with the code's slug as
 * its reason and, where waiting helps, a `google.rpc.RetryInfo`.
 */
export function toGrpcError(error: ServiceError): StatusObject {
  const code = toGrpcStatus(error.code);
  const metadata = new Metadata();
  const details = encodeErrorDetails({
    code,
    message: error.message,
    reason: errorCodes[error.code].slug,
    metadata: {
      ...(error.limit === undefined ? undefined : { limit: String(error.limit) }),
      ...(error.actual === undefined ? undefined : { actual: String(error.actual) }),
    },
    retryAfterSeconds: error.retryAfterSeconds,
  });
  metadata.set(DETAILS_KEY, Buffer.from(details));
  return { code, details: error.message, metadata };
}

/** What a failed call means. Without details of ours the code is the nearest one of its status. */
export function fromGrpcError(error: StatusObject): ServiceError {
  const details = detailsOf(error);
  return new ServiceError(preciseCode(details) ?? nearestCode(error.code), error.details, {
    cause: error,
    ...numberOption('limit', details?.metadata?.['limit']),
    ...numberOption('actual', details?.metadata?.['actual']),
    ...numberOption('retryAfterSeconds', details?.retryAfterSeconds),
  });
}

/** Whether a failed call says no more than its status, as those of servers of another make do. */
export function isBareStatus(error: StatusObject): boolean {
  return preciseCode(detailsOf(error)) === undefined;
}

type Details = ReturnType<typeof decodeErrorDetails>;

function preciseCode(details: Details | undefined): ErrorCode | undefined {
  return details?.reason === undefined ? undefined : errorCodeOfSlug(details.reason);
}

function detailsOf(error: StatusObject): Details | undefined {
  const bytes = error.metadata.get(DETAILS_KEY)[0];
  return bytes instanceof Uint8Array ? readDetails(bytes) : undefined;
}

/** Details that cannot be read were not made by us, and the status alone has to do. */
function readDetails(bytes: Uint8Array): Details | undefined {
  try {
    return decodeErrorDetails(bytes);
  } catch {
    return undefined;
  }
}

function numberOption<Name extends string>(name: Name, value: string | number | undefined): { [K in Name]?: number } {
  const read = value === undefined ? Number.NaN : Number(value);
  return (Number.isFinite(read) ? { [name]: read } : {}) as { [K in Name]?: number };
}

function nearestCode(code: status): ErrorCode {
  switch (code) {
    case status.INVALID_ARGUMENT:
    case status.OUT_OF_RANGE:
      return 'INVALID_ARGUMENT';
    case status.UNAUTHENTICATED:
      return 'UNAUTHENTICATED';
    case status.PERMISSION_DENIED:
      return 'PERMISSION_DENIED';
    case status.NOT_FOUND:
      return 'NOT_FOUND';
    case status.ALREADY_EXISTS:
      return 'ALREADY_EXISTS';
    case status.FAILED_PRECONDITION:
      return 'FAILED_PRECONDITION';
    case status.RESOURCE_EXHAUSTED:
      return 'RESOURCE_EXHAUSTED';
    case status.ABORTED:
    case status.CANCELLED:
      return 'ABORTED';
    case status.UNIMPLEMENTED:
      return 'UNIMPLEMENTED';
    case status.UNAVAILABLE:
      return 'UNAVAILABLE';
    case status.DEADLINE_EXCEEDED:
      return 'DEADLINE_EXCEEDED';
    case status.OK:
    case status.UNKNOWN:
    case status.INTERNAL:
    case status.DATA_LOSS:
      return 'INTERNAL';
  }
}
