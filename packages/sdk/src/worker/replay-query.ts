import { type Activation, type Query, fromSessionEvent, toJsonBytes } from '@flovyn/protocol/grpc';
import { loggerTo } from '../log.js';
import { Replayer } from '../replay/replayer.js';
import { deserialize, serialize } from '../serde.js';
import type { WorkflowDefinition } from '../types.js';

/**
 * Answers a question about an execution that no instance here holds: plays its history to a fresh one, which may do
 * nothing, says nothing, and is forgotten.
 *
 * @returns the answer as JSON bytes.
 * @throws whatever the query's handler throws, or that there is no such query.
 */
export async function replayQuery(
  query: Query,
  replay: Activation,
  definition: WorkflowDefinition,
): Promise<Uint8Array> {
  const replayer = new Replayer({
    workflowExecutionId: query.workflowExecutionId,
    definition,
    input: deserialize(Buffer.from(replay.input ?? new Uint8Array()).toString()),
    logger: loggerTo(() => undefined),
  });
  replayer.read(replay.events.map(fromSessionEvent));
  await replayer.play(() => Promise.resolve(false));
  const args = deserialize(Buffer.from(query.params).toString());
  return toJsonBytes(serialize(replayer.query(query.queryName, args)));
}
