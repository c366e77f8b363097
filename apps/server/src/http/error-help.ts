import type { ErrorCode } from '@flovyn/protocol';

export interface ErrorHelp {
  /** What has happened, in a sentence or two. */
  readonly meaning: string;
  /** What a person can do about it. */
  readonly cure: string;
}

/** What every error code means and what to do, for its page. A code without help does not compile. */
export const errorHelp: Readonly<Record<ErrorCode, ErrorHelp>> = {
  INVALID_ARGUMENT: {
    meaning:
      'Something in the request has a value that can never be right: the message names it. The input of a start is held to ' +
      'the schema that workers have registered for its kind.',
    cure: 'Correct the member, parameter or id that the message names. Sending the same request again gives the same answer.',
  },
  INVALID_IDENTIFIER: {
    meaning: 'A kind, a queue or a name has characters or a length that names do not have.',
    cure:
      'Kinds (at most 255 characters) and queues (at most 100) take letters, digits and any of _ . : / @ -. ' +
      'Names of signals, promises, operations, children and state keys take any text of at most 255 characters without control characters.',
  },
  MALFORMED_JSON: {
    meaning:
      'A body or a payload is not JSON in UTF-8. For a body the message says at which position it stops being JSON.',
    cure: 'Send the output of a JSON library rather than text put together by hand, and check the quotes of your shell.',
  },
  JSON_TOO_COMPLEX: {
    meaning: 'A JSON document is more than 64 levels deep or has more than 100,000 values.',
    cure: 'Store large structures elsewhere and pass a reference to them, or pass them as one text.',
  },
  UNAUTHENTICATED: {
    meaning:
      'The request carries no key and no session, or one that the server does not know, or one that has expired.',
    cure:
      'Send the header "Authorization: Bearer <key>" with a key or a token that the configuration of the server provides for. ' +
      'Get a new token when it has expired: that also ends the streams and sessions it has opened. ' +
      'A development server prints its keys when it starts; it takes calls without a key from its own machine only. ' +
      'A browser signs in again: its session ends after 12 hours without a request, after 7 days, and with the server.',
  },
  PERMISSION_DENIED: {
    meaning:
      'The key is known, but it may not do this: it belongs to another organisation than the one in the path, or its role ' +
      "does not allow it. Or a page of another site used a browser's session.",
    cure:
      'Check the organisation in the path and the role of the key. Worker keys work, start, signal, settle promises and view; ' +
      'members do the same without working, and cancel and retry workflow executions; admins and owners also cancel, retry ' +
      'and delete tasks, configure definitions and create organisations.',
  },
  NOT_FOUND: {
    meaning:
      'There is no such thing in your organisation. Something of another organisation is as good as none, and looks the same.',
    cure:
      'Check the id, and whether it is the id of a workflow execution or of a task. ' +
      'A live stream waits some seconds for an execution that is about to be started before it gives this answer.',
  },
  METHOD_NOT_ALLOWED: {
    meaning: 'The address exists, but not for this method. The Allow header says which ones it takes.',
    cure: 'Use one of the methods in the Allow header.',
  },
  ALREADY_EXISTS: {
    meaning: 'Something with this id or name exists, and it is not the same.',
    cure: 'Choose another id or name, or use what is there.',
  },
  FAILED_PRECONDITION: {
    meaning: 'The execution or task is in a state in which this cannot be done, such as cancelling what has ended.',
    cure: 'Read its state first. Sending the same request again only helps after the state has changed.',
  },
  LEASE_LOST: {
    meaning:
      'The worker no longer holds this piece of work: it was silent for longer than its lease, and the work was given to another worker.',
    cure:
      'Nothing needs to be done: the other worker does the work. When it happens often, something blocks the worker for many ' +
      'seconds (long synchronous code, a paused machine), or the network between worker and server is cut.',
  },
  SPECULATION_MISSED: {
    meaning: 'The worker went on from a result before the server had confirmed it, and the history took another way.',
    cure: 'Nothing needs to be done: the worker drops what it had played and plays the true history.',
  },
  PAYLOAD_TOO_LARGE: {
    meaning:
      'A body (3 MiB), a payload (2 MiB), a stream event (1 MiB), the headers, the metadata of a gRPC call (8 KiB) or the address are larger than they may be. ' +
      'The members limit and actual say by how much.',
    cure: 'Store large data elsewhere, such as in an object store, and pass a reference to it.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    meaning: 'The body has a content type or an encoding that the server does not read.',
    cure: 'Send JSON in UTF-8 with "Content-Type: application/json", plain or compressed as gzip, deflate or br.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    meaning: 'The header Idempotency-Key came with another request before: another address, or another body.',
    cure:
      'Use a new key for a new request. To repeat a request, send it exactly as it was: its answer is the first one, for ' +
      'a day.',
  },
  RESOURCE_EXHAUSTED: {
    meaning: 'A limit of your organisation or key has been reached: too many requests, streams or open things at once.',
    cure: 'Wait as long as the Retry-After header says and try again. If it keeps happening, spread the load or raise the limit.',
  },
  ABORTED: {
    meaning: 'Another request changed the same thing at the same moment, and this one has changed nothing.',
    cure: 'Try again.',
  },
  INTERNAL: {
    meaning: 'The server failed in a way it did not expect. This is our fault, not yours.',
    cure: 'The log of the server has the details at the time of the request. Please report it.',
  },
  UNIMPLEMENTED: {
    meaning: 'This version of the server does not have what was asked for.',
    cure: 'Use a newer version of the server, or another way: the message names one where there is one.',
  },
  UNAVAILABLE: {
    meaning:
      'The server cannot answer at the moment: it is starting or stopping, has too much to do, or its database or whoever knows your key is away.',
    cure: 'Try again after a while; the Retry-After header says how long. GET /_/health says what is wrong.',
  },
  DEADLINE_EXCEEDED: {
    meaning: 'The request took longer than it may, on its way in or in being answered.',
    cure: 'Try again. A request that changes something may have been carried out all the same: repeat it with its idempotency key.',
  },
};
