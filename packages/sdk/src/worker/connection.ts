import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  Metadata,
  type StatusObject,
  credentials,
} from '@grpc/grpc-js';
import { ServiceError } from '@flovyn/protocol';
import { WorkerSessionService, clientOptions, fromGrpcError } from '@flovyn/protocol/grpc';
import { AuthenticationError, ConfigurationError, ConnectionError, FlovynError, toError } from '../errors.js';
import type { OpenStream } from './frame-stream.js';

/** Where the server is, and how to speak to it. */
export interface Endpoint {
  readonly serverUrl: string;
  /** `host:port`. */
  readonly target: string;
  readonly host: string;
  readonly credentials: ChannelCredentials;
}

const DEFAULT_PORT = '9090';

/** Each stream has a channel of its own: the session paces its attempts, a shared channel would add waits to them. */
const streamOptions: ChannelOptions = { ...clientOptions, 'grpc.use_local_subchannel_pool': 1 };

/**
 * Reads `http://host:9090`, `https://host`, or `host:9090`.
 *
 * @throws {ConfigurationError} when it is none of these.
 */
export function parseServerUrl(serverUrl: string): Endpoint {
  const text = serverUrl.includes('://') ? serverUrl : `http://${serverUrl}`;
  if (!URL.canParse(text)) {
    throw new ConfigurationError(`serverUrl must look like http://host:9090, not "${serverUrl}"`);
  }
  const url = new URL(text);
  const isSecure = url.protocol === 'https:' || url.protocol === 'grpcs:';
  const port = url.port === '' ? (isSecure ? '443' : DEFAULT_PORT) : url.port;
  return {
    serverUrl,
    host: url.hostname,
    target: `${url.hostname}:${port}`,
    credentials: isSecure ? credentials.createSsl() : credentials.createInsecure(),
  };
}

/** The metadata of every call. Without a token the server must be one that asks for none. */
export function callMetadata(token: string | undefined): Metadata {
  const metadata = new Metadata();
  if (token !== undefined && token !== '') metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

/** What a failed call or a refused item means, as an error of this package. */
export function callError(thrown: unknown, serverUrl: string, attempted: string): Error {
  if (!ServiceError.is(thrown) && !isStatus(thrown)) return toError(thrown);
  const error = ServiceError.is(thrown) ? thrown : fromGrpcError(thrown);
  const text = `${attempted} failed: ${error.message}`;
  switch (error.code) {
    case 'UNAUTHENTICATED':
    case 'PERMISSION_DENIED':
      return new AuthenticationError(text, error);
    case 'UNAVAILABLE':
    case 'DEADLINE_EXCEEDED':
    case 'ABORTED':
      return new ConnectionError(`${text} (server ${serverUrl})`, serverUrl, error);
    default:
      return new FlovynError(text, error);
  }
}

/** Whether something is what a failed call is rejected with. */
export function isStatus(thrown: unknown): thrown is Error & StatusObject {
  return thrown instanceof Error && 'code' in thrown && 'details' in thrown && 'metadata' in thrown;
}

/** Opens sessions over gRPC. */
export function streamOpener(endpoint: Endpoint, token: string | undefined): OpenStream {
  return (listener) => {
    const client = new Client(endpoint.target, endpoint.credentials, streamOptions);
    const { path, responseDeserialize } = WorkerSessionService.connect;
    const call = client.makeBidiStreamRequest(path, asItIs, responseDeserialize, callMetadata(token));
    let failure: Error | undefined;
    call.on('data', (frame) => listener.received(frame));
    call.on('drain', () => listener.drained());
    call.on('error', (error: unknown) => {
      failure = callError(error, endpoint.serverUrl, 'The worker session');
    });
    // Comes after the error, and also when there was none.
    call.on('status', () => {
      client.close();
      setImmediate(() => listener.ended(failure));
    });
    return {
      write: (frame) => call.write(frame),
      end: () => call.end(),
      cancel: () => call.cancel(),
    };
  };
}

/** Frames come here as bytes. */
function asItIs(frame: Uint8Array): Buffer {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
}
