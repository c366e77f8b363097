import { type Metadata, type ServerInterceptor, ServerInterceptingCall } from '@grpc/grpc-js';
import { ServiceError, limits } from '@flovyn/protocol';
import { toGrpcError } from '@flovyn/protocol/grpc';
import type { Action, Authorise } from '../auth/access.js';
import { authenticate } from '../auth/bearer.js';
import { isFromThisMachine } from '../auth/loopback.js';
import type { Principal } from '../auth/principal.js';

export interface GuardParts {
  readonly recognise: (token: string) => Principal | undefined;
  /** Who a call without credentials from this machine is; `undefined` outside of development. */
  readonly anonymous: Principal | undefined;
  readonly authorise: Authorise;
  /** What each method is to a person, by its path. A method that is not listed is denied to everybody. */
  readonly actions: ReadonlyMap<string, Action>;
}

export interface Guard {
  /** Stands before every handler: a call that is not let in never reaches one. */
  readonly interceptor: ServerInterceptor;
  /** Who made a call that was let in. */
  principalOf(metadata: Metadata): Principal;
}

export function createGuard({ recognise, anonymous, authorise, actions }: GuardParts): Guard {
  // The metadata object of a call is the one thing that both the interceptor and the handler hold.
  const principals = new WeakMap<Metadata, Principal>();

  const letIn = (path: string, metadata: Metadata, peer: string, host: string): Principal => {
    const isAnonymous =
      anonymous !== undefined &&
      isFromThisMachine({
        peer: addressOf(peer),
        host,
        origin: textOf(metadata, 'origin'),
        fetchSite: textOf(metadata, 'sec-fetch-site'),
        forwardedFor: textOf(metadata, 'x-forwarded-for'),
      });
    const principal = authenticate(textOf(metadata, 'authorization'), recognise, isAnonymous ? anonymous : undefined);
    const action = actions.get(path);
    if (action === undefined) throw new ServiceError('PERMISSION_DENIED', 'Nobody may call this method.');
    // A worker's key opens the whole door: also what people may do as well, it does as its work.
    authorise(principal, principal.type === 'Worker' ? 'worker:work' : action);
    return principal;
  };

  return {
    interceptor: (method, call) =>
      new ServerInterceptingCall(call, {
        start: (next) => {
          next({
            onReceiveMetadata: (metadata, nextMetadata) => {
              try {
                checkSize(metadata);
                principals.set(metadata, letIn(method.path, metadata, call.getPeer(), call.getHost()));
              } catch (error: unknown) {
                call.sendStatus(toGrpcError(ServiceError.from(error)));
                return;
              }
              nextMetadata(metadata);
            },
          });
        },
      }),
    principalOf(metadata) {
      const principal = principals.get(metadata);
      if (principal === undefined) throw new ServiceError('UNAUTHENTICATED', 'The call was not let in.');
      return principal;
    },
  };
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
