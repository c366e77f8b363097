import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { isUtf8 } from 'node:buffer';
import { ServiceError, limits } from '@flovyn/protocol';

const LIMIT = limits.httpBodyBytes;

const INFLATE: Readonly<Record<string, ((bytes: Buffer) => Promise<Buffer>) | undefined>> = {
  gzip: inflating(promisify(gunzip)),
  deflate: inflating(promisify(inflate)),
  br: inflating(promisify(brotliDecompress)),
};

/**
 * The text of a JSON request's body: at most 3 MiB, as it arrives and after inflating.
 *
 * @throws {ServiceError} UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, MALFORMED_JSON
 */
export async function readJsonText(request: IncomingMessage): Promise<string> {
  const bytes = await readBytes(request);
  // A body that is not there needs no type: cancelling or retrying without a word is common.
  if (bytes.length === 0) return '';
  checkContentType(request.headers['content-type']);
  const body = await decompress(bytes, request.headers['content-encoding']);
  if (!isUtf8(body)) throw new ServiceError('MALFORMED_JSON', 'The body is not UTF-8 text.');
  return body.toString('utf8').replace(/^\uFEFF/, '');
}

function checkContentType(type: string | undefined): void {
  const [essence = '', ...parameters] = (type ?? '').toLowerCase().split(';');
  const isJson = essence.trim() === 'application/json' || /^application\/[\w.-]+\+json$/.test(essence.trim());
  const charset = parameters
    .find((parameter) => parameter.trim().startsWith('charset='))
    ?.split('=')[1]
    ?.trim();
  if (isJson && (charset === undefined || /^"?utf-?8"?$/.test(charset))) return;
  throw new ServiceError(
    'UNSUPPORTED_MEDIA_TYPE',
    `The body must be sent as "Content-Type: application/json", in UTF-8, not ${JSON.stringify(type?.slice(0, 64) ?? 'without one')}.`,
  );
}

/** Listens rather than iterates: an iterator sets up a good deal per request, and this stands before every start. */
function readBytes(request: IncomingMessage): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > LIMIT) return Promise.reject(tooLarge(announced));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // The rest of a body that is refused is still taken in and thrown away: a caller cut off in the middle of sending
      // does not get to read why.
      if (size > LIMIT) return reject(tooLarge(size));
      chunks.push(chunk);
    });
    request.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    const onLeft = (cause?: Error): void => {
      reject(new ServiceError('ABORTED', 'The caller left before the body was there.', { cause }));
    };
    request.on('error', onLeft);
    request.on('close', onLeft);
  });
}

async function decompress(bytes: Buffer, encoding: string | undefined): Promise<Buffer> {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity') return bytes;
  const inflateBytes = Object.hasOwn(INFLATE, name) ? INFLATE[name] : undefined;
  if (inflateBytes === undefined) {
    throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', 'The body may be encoded as gzip, deflate or br, or not at all.');
  }
  return inflateBytes(bytes);
}

function inflating(
  decode: (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>,
): (bytes: Buffer) => Promise<Buffer> {
  return async (bytes) => {
    try {
      return await decode(bytes, { maxOutputLength: LIMIT });
    } catch (error: unknown) {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
        throw tooLarge(LIMIT + 1, error);
      }
      throw new ServiceError('MALFORMED_JSON', 'The body is not what its Content-Encoding says.', { cause: error });
    }
  };
}

function tooLarge(actual: number, cause?: unknown): ServiceError {
  return new ServiceError(
    'PAYLOAD_TOO_LARGE',
    `A body may have at most ${LIMIT} bytes; this one has ${actual} or more.`,
    {
      limit: LIMIT,
      actual,
      cause,
    },
  );
}
