/**
 * The promises of Flovyn's streams as cases that are data, and what plays them against any server, from outside. Needs no
 * test runner.
 *
 * @packageDocumentation
 */
export { streamCases } from './cases/index.js';
export type { Finding } from './checks/finding.js';
export { type CaseResult, type PlayOptions, type StreamPlayer, openPlayer } from './player.js';
export { type RunOptions, runCases } from './run-cases.js';
export type { StreamServer, StreamTarget } from './target.js';
export type {
  CallerStep,
  Cursor,
  Expectation,
  ExpectationName,
  Opening,
  ReaderStep,
  Request,
  SessionStep,
  SessionVerdict,
  Step,
  StreamCase,
  TurnEnd,
  Wish,
  WorkerStep,
} from './vocabulary.js';
