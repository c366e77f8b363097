/**
 * Streams as server-sent events: the encoder for servers, the incremental and bounded decoder for readers.
 *
 * @packageDocumentation
 */
export {
  type BareMessage,
  type DecodeMessageOptions,
  type DecodedMessage,
  type UndecodedMessage,
  decodeMessage,
} from './decode-message.js';
export { SSE_MESSAGE_LIMIT, type SseDecoder, type SseMessage, createSseDecoder } from './decoder.js';
export {
  type SseEntry,
  type SseEntryName,
  encodeComment,
  encodeEnd,
  encodeEntry,
  encodeGap,
  encodeReady,
  encodeRetry,
  sseEntryName,
} from './encode.js';
export { type FrameParts, frameJson } from './frame-json.js';
export { type PlainOrigin, consolidatedPlainData, plainData } from './plain.js';
