/**
 * For tests: samples of every event, traces of whole executions, generators for `fast-check`, and the checker of legal
 * order.
 *
 * @packageDocumentation
 */
export { type OrderChecker, type OrderOptions, assertLegal, checkLegal, createOrderChecker } from '../order/check.js';
export type { OrderRule, Violation } from '../order/violation.js';
export { type Arbitraries, arbitraries } from './arbitraries.js';
export { collectUntilSettled } from './collect.js';
export { SAMPLE_TIME_MS, sampleEvent, sampleStateEvents, sampleStreamEvents } from './samples.js';
export {
  SAMPLE_EXECUTION,
  SAMPLE_TASK,
  type Trace,
  type TraceOptions,
  frameAt,
  taskFrames,
  taskTrace,
  trace,
  workflowFrames,
} from './trace.js';
