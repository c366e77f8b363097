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
