import type { Metadata, handleUnaryCall } from '@grpc/grpc-js';
import type { OrgId } from '@flovyn/engine';
import { ServiceError } from '@flovyn/protocol';
import { toGrpcError } from '@flovyn/protocol/grpc';
import type { Principal } from '../../auth/principal.js';
import { logEvents } from '../../observe/events.js';
import type { Logger } from '../../observe/log.js';
import type { Deliveries } from '../deliveries.js';

/** 60 s: the longest a call may take, whatever its caller says. */
const LONGEST_MS = 60_000;

/** What a handler is asked: by whom is known, whether they may is decided. */
export interface UnaryCall<Request> {
  readonly request: Request;
  readonly principal: Principal;
  readonly orgId: OrgId;
  /** Names the connection. */
  readonly peer: string;
  /** How long the caller will still wait, in milliseconds. */
  readonly patienceMs: number;
  /**
   * Aborted when nobody waits for the answer any more: also when it was given already, but did not go out. A handler that
   * ends early on its own account aborts it itself.
   */
  readonly gone: AbortController;
  /** An answer that is lost would cost somebody dearly: it is made as sure as can be that its caller is still there. */
  readonly answerMatters: () => void;
}

/** Carries out one call. What it throws ends the call with the status that belongs to it. */
export type Handler<Request, Response> = (call: UnaryCall<Request>) => Promise<Response> | Response;

/** The handlers of some methods of a service; a missing one does not compile. */
export type Handlers<Server, Method extends keyof Server> = {
  readonly [Name in Method]: Server[Name] extends handleUnaryCall<infer Request, infer Response>
    ? Handler<Request, Response>
    : never;
};

export interface CarrierParts {
  readonly principalOf: (metadata: Metadata) => Principal;
  readonly deliveries: Pick<Deliveries, 'isOut' | 'lookAgain'>;
  /** A worker's call came in. */
  readonly heard: (orgId: OrgId, peer: string) => void;
  readonly logger: Logger;
}

/** Turns a handler into what the library calls. */
export type Carrier = <Request, Response>(handle: Handler<Request, Response>) => handleUnaryCall<Request, Response>;

export function createCarrier({ principalOf, deliveries, heard, logger }: CarrierParts): Carrier {
  return (handle) => (call, callback) => {
    // Made when it is asked for: only polls do, and it costs more than most of a call.
    let gone: AbortController | undefined;
    let isGone = false;
    let isOver = false;

    const leave = (): void => {
      isGone = true;
      gone?.abort();
    };
    const end = (answer: () => void): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(limit);
      answer();
    };
    const fail = (error: unknown): void => {
      const known = ServiceError.from(error);
      if (known.code === 'INTERNAL') logger.error({ err: error, method: call.getPath() }, logEvents.callFailed);
      callback(toGrpcError(known));
    };
    const limit = setTimeout(() => {
      end(() =>
        fail(new ServiceError('DEADLINE_EXCEEDED', 'The server did not get the call done in time. Try again.')),
      );
      leave();
    }, LONGEST_MS);

    // Every call ends so, one way or the other.
    call.on('cancelled', () => {
      end(() => undefined);
      if (!deliveries.isOut(call.metadata)) leave();
    });

    const carryOut = async () => {
      const principal = principalOf(call.metadata);
      const { orgId } = principal;
      const peer = call.getPeer();
      if (principal.type === 'Worker') heard(orgId, peer);
      const patienceMs = Math.min(LONGEST_MS, Number(call.getDeadline()) - Date.now());
      const answerMatters = (): void => deliveries.lookAgain(call.metadata);
      return handle({
        request: call.request,
        principal,
        orgId,
        peer,
        patienceMs,
        answerMatters,
        get gone() {
          gone ??= new AbortController();
          if (isGone) gone.abort();
          return gone;
        },
      });
    };
    carryOut().then(
      (response) => end(() => callback(null, response)),
      (error: unknown) => end(() => fail(error)),
    );
  };
}
