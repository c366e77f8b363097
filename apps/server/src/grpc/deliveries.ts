import { type Metadata, type ServerInterceptor, ServerInterceptingCall } from '@grpc/grpc-js';

/** Tells answers that went out from those that did not: to a handler, the end of a call looks the same either way. */
export interface Deliveries {
  readonly interceptor: ServerInterceptor;
  /** Whether the answer to the call has been written, as far as can be known on this side. */
  isOut(metadata: Metadata): boolean;
  /**
   * Before the answer to this call is finished, what the network has brought meanwhile is read: its caller may have gone
   * already. Who goes while the very end of the answer travels is not noticed; that cannot be.
   */
  lookAgain(metadata: Metadata): void;
}

export function createDeliveries(): Deliveries {
  // The metadata object of a call is the one thing that both the interceptor and the handler hold.
  const out = new WeakSet<Metadata>();
  const careful = new WeakSet<Metadata>();
  return {
    interceptor: (_method, call) => {
      let metadata: Metadata | undefined;
      let isBroken = false;
      return new ServerInterceptingCall(call, {
        start: (next) => {
          next({
            onReceiveMetadata: (received, nextMetadata) => {
              metadata = received;
              nextMetadata(received);
            },
            onCancel: () => (isBroken = true),
          });
        },
        // The library sends the status when the message has been handed to the socket, and never for a call that broke off.
        sendStatus: (status, next) => {
          const finish = (): void => {
            if (metadata !== undefined && !isBroken) out.add(metadata);
            next(status);
          };
          if (metadata === undefined || !careful.has(metadata)) return finish();
          // The second one comes after everything has been read that had arrived at the first.
          setImmediate(() => setImmediate(finish));
        },
      });
    },
    isOut: (metadata) => out.has(metadata),
    lookAgain: (metadata) => void careful.add(metadata),
  };
}
