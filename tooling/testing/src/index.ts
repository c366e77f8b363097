export { type Child, isRunning, launch } from './child.js';
export { eventually, within } from './conditions.js';
export { backendsOf, descendantsOf } from './processes.js';
export {
  type AnswerItem,
  type RawWorker,
  type RawWorkerOptions,
  aHello,
  bytes,
  connectRawWorker,
} from './raw-worker.js';
export { type TestNats, natsServer, startNats, unlessFound } from './nats-server.js';
