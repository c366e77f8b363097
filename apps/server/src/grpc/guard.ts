import { type Metadata, type ServerInterceptor, ServerInterceptingCall } from '@grpc/grpc-js';
import type { Clock } from '@flovyn/engine';
import { ServiceError, limits } from '@flovyn/protocol';
import { toGrpcError } from '@flovyn/protocol/grpc';
import type { Action, Authorise } from '../auth/access.js';
import type { Known, Recognise } from '../auth/authenticator.js';
import { authenticate } from '../auth/bearer.js';
import { isFromThisMachine } from '../auth/loopback.js';
import type { Principal } from '../auth/principal.js';
import { watch } from '../auth/watch.js';

export interface GuardParts {
  readonly recognise: Recognise;
  /** Who a call without credentials from this machine is; `undefined` outside of development. */
  readonly anonymous: Principal | undefined;
  readonly clock: Clock;
  readonly authorise: Authorise;
  /** What each method is to a person, by its path. A method that is not listed is denied to everybody. */
  readonly actions: ReadonlyMap<string, Action>;
}

export interface Guard {
  /**
   * Stands before every handler: a call that is not let in never reaches one, and none of its messages is read before that is
   * decided. A stream whose caller is nobody any more is ended.
   */
  readonly interceptor: ServerInterceptor;
  /** Who made a call that was let in. */
  principalOf(metadata: Metadata): Principal;
}

export function createGuard({ recognise, anonymous, clock, authorise, actions }: GuardParts): Guard {
  // The metadata object of a call is the one thing that both the interceptor and the handler hold.
  const principals = new WeakMap<Metadata, Principal>();

  const whoIs = (metadata: Metadata, peer: string, host: string): Known | Promise<Known> => {
    const isAnonymous =
      anonymous !== undefined &&
      isFromThisMachine({
        peer: addressOf(peer),
        host,
        origin: textOf(metadata, 'origin'),
        fetchSite: textOf(metadata, 'sec-fetch-site'),
        forwardedFor: textOf(metadata, 'x-forwarded-for'),
      });
    return authenticate(
      textOf(metadata, 'authorization'),
      recognise,
      isAnonymous ? { principal: anonymous } : undefined,
    );
  };

  const checkAction = (principal: Principal, path: string): void => {
    const action = actions.get(path);
    if (action === undefined) throw new ServiceError('PERMISSION_DENIED', 'Nobody may call this method.');
    // A worker's key opens the whole door: also what people may do as well, it does as its work.
    authorise(principal, principal.type === 'Worker' ? 'worker:work' : action);
  };

  return {
    interceptor: (method, call) => {
      const isStream = method.requestStream || method.responseStream;
      let isOver = false;
      let stopWatching: () => void = () => undefined;

      const refuse = (error: unknown): void => call.sendStatus(toGrpcError(ServiceError.from(error)));
      const letIn = (known: Known, metadata: Metadata): boolean => {
        try {
          checkAction(known.principal, method.path);
        } catch (error: unknown) {
          refuse(error);
          return false;
        }
        principals.set(metadata, known.principal);
        if (isStream && !isOver) stopWatching = watch(known, clock, () => refuse(credentialIsOver()));
        return true;
      };

      return new ServerInterceptingCall(call, {
        start: (next) => {
          next({
            onReceiveMetadata: (metadata, nextMetadata) => {
              let known: Known | Promise<Known>;
              try {
                checkSize(metadata);
                known = whoIs(metadata, call.getPeer(), call.getHost());
              } catch (error: unknown) {
                refuse(error);
                return;
              }
              // Not always a promise: a key of the configuration is known at once, and its call goes on at once.
              if (known instanceof Promise) {
                known.then((found) => letIn(found, metadata) && nextMetadata(metadata), refuse);
              } else if (letIn(known, metadata)) nextMetadata(metadata);
            },
            // Every call ends with this, however it ends.
            onCancel: () => {
              isOver = true;
              stopWatching();
            },
          });
        },
      });
    },
    principalOf(metadata) {
      const principal = principals.get(metadata);
      if (principal === undefined) throw new ServiceError('UNAUTHENTICATED', 'The call was not let in.');
      return principal;
    },
  };
}

function credentialIsOver(): ServiceError {
  return new ServiceError('UNAUTHENTICATED', 'What this stream was opened with has expired or was taken back.');
}

/** Before anything is read out of it. Not RESOURCE_EXHAUSTED: workers would try that again, and it cannot become better. */
function checkSize(metadata: Metadata): void {
  let actual = 0;
  for (const [name, value] of Object.entries(metadata.toHttp2Headers())) {
    for (const one of [value].flat()) actual += name.length + Buffer.byteLength(String(one));
  }
  const limit = limits.grpcMetadataBytes;
  if (actual <= limit) return;
  throw new ServiceError('PAYLOAD_TOO_LARGE', `The metadata of a call may have at most ${limit} bytes.`, {
    limit,
    actual,
  });
}

function textOf(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}

/** `127.0.0.1:51234` and `[::1]:51234` without the port. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
