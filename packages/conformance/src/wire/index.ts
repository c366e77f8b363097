export { describeWire } from './describe-wire.js';
export {
  type Activation,
  type TurnRef,
  type ForeignWorker,
  type ForeignWorkerOptions,
  type PollSettings,
  connectForeignWorker,
} from './foreign-worker.js';
export { type Call, type CallSettings, type Caller, type CallerOptions, openCaller } from './caller.js';
export type { ForeignContext, Script, Turn, TurnEnd } from './replayer.js';
export type { TaskBody, WorkerCode } from './serving.js';
export type { StyleName, WorkerStyle } from './worker-style.js';
export type { WireTarget } from './target.js';
