export type {
  LiveStreamMessage,
  LiveStreamStatus,
  StreamEntry,
  StreamGap,
  StreamStatusChange,
} from './live-stream-message.js';
export { type LiveStream, type StreamSource, openLiveStream } from './live-stream.js';
export { type Surroundings, realSurroundings } from './surroundings.js';
