/**
 * What the rig knows of its workers' programs.
 *
 * @packageDocumentation
 */
export type { AttemptLine } from './attempt-log.js';
export { mannerOf, markOf } from './speech.js';
