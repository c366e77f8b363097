/**
 * The subjects and message ids under which copies of frames travel between server processes.
 *
 * @packageDocumentation
 */
export {
  STREAM_NAME,
  type StreamSubject,
  lifecycleSubject,
  lifecycleWildcard,
  parseLifecycleSubject,
  parseStreamSubject,
  streamMessageId,
  streamSubject,
  streamSubjectWildcard,
} from './subject.js';
