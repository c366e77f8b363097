import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

// The few fields we use of google.rpc.Status, ErrorInfo and RetryInfo, written and read by hand: they are frozen, and
// generating them would bring a dozen messages nobody needs.

/** The trailer that carries a `google.rpc.Status` beside the status code. */
export const DETAILS_KEY = 'grpc-status-details-bin';

/** Says whose reasons these are. */
export const ERROR_DOMAIN = 'flovyn';

const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

export interface ErrorDetails {
  readonly code: number;
  readonly message: string;
  /** The machine-readable reason: the slug of an error code. */
  readonly reason?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

export function encodeErrorDetails(details: ErrorDetails): Uint8Array {
  const status = new BinaryWriter()
    .uint32(tag(1, VARINT))
    .int32(details.code)
    .uint32(tag(2, LENGTH))
    .string(details.message);
  if (details.reason !== undefined)
    writeAny(status, ERROR_INFO, encodeErrorInfo(details.reason, details.metadata ?? {}));
  if (details.retryAfterSeconds !== undefined) {
    writeAny(status, RETRY_INFO, encodeRetryInfo(details.retryAfterSeconds));
  }
  return status.finish();
}

/** Reads what {@link encodeErrorDetails} wrote, from us or from others; details it does not know are passed over. */
export function decodeErrorDetails(bytes: Uint8Array): ErrorDetails {
  const details: { -readonly [Key in keyof ErrorDetails]: ErrorDetails[Key] } = { code: 0, message: '' };
  readFields(bytes, {
    1: (reader) => (details.code = reader.int32()),
    2: (reader) => (details.message = reader.string()),
    3: (reader) => {
      let type = '';
      let value: Uint8Array = new Uint8Array();
      readFields(reader.bytes(), {
        1: (any) => (type = any.string()),
        2: (any) => (value = any.bytes()),
      });
      if (type === ERROR_INFO) Object.assign(details, decodeErrorInfo(value));
      if (type === RETRY_INFO) details.retryAfterSeconds = decodeRetryInfo(value);
    },
  });
  return details;
}

function encodeErrorInfo(reason: string, metadata: Readonly<Record<string, string>>): Uint8Array {
  const info = new BinaryWriter().uint32(tag(1, LENGTH)).string(reason).uint32(tag(2, LENGTH)).string(ERROR_DOMAIN);
  for (const [key, value] of Object.entries(metadata)) {
    info.uint32(tag(3, LENGTH)).fork();
    info.uint32(tag(1, LENGTH)).string(key).uint32(tag(2, LENGTH)).string(value).join();
  }
  return info.finish();
}

/** A reason of somebody else's domain is none of ours. */
function decodeErrorInfo(bytes: Uint8Array): Pick<ErrorDetails, 'reason' | 'metadata'> {
  let reason = '';
  let domain = '';
  const metadata: Record<string, string> = {};
  readFields(bytes, {
    1: (reader) => (reason = reader.string()),
    2: (reader) => (domain = reader.string()),
    3: (reader) => {
      let key = '';
      let value = '';
      readFields(reader.bytes(), {
        1: (entry) => (key = entry.string()),
        2: (entry) => (value = entry.string()),
      });
      metadata[key] = value;
    },
  });
  return domain === ERROR_DOMAIN ? { reason, metadata } : {};
}

function encodeRetryInfo(seconds: number): Uint8Array {
  const duration = new BinaryWriter().uint32(tag(1, VARINT)).int64(Math.ceil(seconds)).finish();
  return new BinaryWriter().uint32(tag(1, LENGTH)).bytes(duration).finish();
}

function decodeRetryInfo(bytes: Uint8Array): number {
  let seconds = 0;
  let nanos = 0;
  readFields(bytes, {
    1: (reader) =>
      readFields(reader.bytes(), {
        1: (duration) => (seconds = Number(duration.int64())),
        2: (duration) => (nanos = duration.int32()),
      }),
  });
  return seconds + nanos / 1e9;
}

const VARINT = 0;
const LENGTH = 2;

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

function writeAny(status: BinaryWriter, type: string, value: Uint8Array): void {
  status.uint32(tag(3, LENGTH)).fork();
  status.uint32(tag(1, LENGTH)).string(type).uint32(tag(2, LENGTH)).bytes(value).join();
}

function readFields(bytes: Uint8Array, fields: Readonly<Record<number, (reader: BinaryReader) => unknown>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const read = fields[field];
    if (read) read(reader);
    else reader.skip(wireType, field);
  }
}
