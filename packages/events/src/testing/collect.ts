import { endsExecution } from '../guards.js';
import type { Frame, StreamMessage } from '../envelope.js';

/**
 * The frames of a stream up to the one that ends its execution.
 *
 * @throws {Error} if the stream closes before, or declares a gap: then the frames would not be the whole story.
 */
export async function collectUntilSettled(messages: AsyncIterable<StreamMessage>): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const message of messages) {
    if (message.kind === 'gap')
      throw new Error(`Entries ${message.from} to ${message.to} are missing: ${message.reason}.`);
    if (message.kind !== 'entry') continue;
    frames.push(message.frame);
    if (endsExecution(message.frame)) return frames;
  }
  throw new Error(`The stream closed after ${frames.length} entries and before its execution ended.`);
}
