export { eventually, within } from './conditions.js';
export {
  type AnswerItem,
  type RawWorker,
  type RawWorkerOptions,
  aHello,
  bytes,
  connectRawWorker,
} from './raw-worker.js';
