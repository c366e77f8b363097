import type { FrameHead } from '../envelope.js';

/** A frame's head without its version, which the encoder knows. */
export type FrameParts = Omit<FrameHead, 'v'>;

/**
 * The JSON text of a frame around an event that is already JSON text. The event's text is neither parsed nor written
 * again, so fields this version does not know survive.
 *
 * Ids are hexadecimal by type and numbers print as JSON; only the epoch could need escaping.
 */
export function frameJson(parts: FrameParts, eventJson: string): string {
  const { seq, epoch, executionId, rootExecutionId, taskExecutionId, attempt, timestampMs } = parts;
  const task = taskExecutionId === undefined ? '' : `"taskExecutionId":"${taskExecutionId}",`;
  const tried = attempt === undefined ? '' : `"attempt":${attempt},`;
  return (
    `{"v":1,"seq":${seq},"epoch":${JSON.stringify(epoch)},"executionId":"${executionId}",` +
    `"rootExecutionId":"${rootExecutionId}",${task}${tried}"timestampMs":${timestampMs},"event":${eventJson}}`
  );
}
