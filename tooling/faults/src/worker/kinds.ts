/**
 * What the workers of the rig run.
 *
 * @packageDocumentation
 */
export type { AttemptLine } from './attempt-log.js';
export { type Speech, mannerOf, markOf, speak } from './speech.js';
export {
  type Family,
  type Naps,
  type Notes,
  type Pledge,
  type Steps,
  endless,
  family,
  naps,
  notes,
  parallel,
  pledge,
  sequence,
  shapes,
} from './shapes.js';
