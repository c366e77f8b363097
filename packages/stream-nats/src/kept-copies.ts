import { STREAM_NAME, streamSubjectWildcard } from '@flovyn/events/nats';
import { DiscardPolicy, RetentionPolicy, StorageType, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const SECOND_NS = 1_000_000_000;
/** 2 s: JetStream that is there answers in milliseconds. */
const ANSWER_MS = 2_000;

const SETTINGS = {
  subjects: [streamSubjectWildcard],
  storage: StorageType.Memory,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  max_age: 3_600 * SECOND_NS,
  max_bytes: 256 * 1024 * 1024,
  duplicate_window: 10 * SECOND_NS,
};

/**
 * Has JetStream keep the copies that pass, for an hour and up to 256 MiB. No process of this house reads them.
 *
 * @returns why it does not; `undefined` when it does.
 */
export async function keepCopies(connection: NatsConnection): Promise<string | undefined> {
  try {
    const manager = await jetstreamManager(connection, { timeout: ANSWER_MS });
    // Made already by another process, this changes nothing.
    await manager.streams.add({ name: STREAM_NAME, ...SETTINGS });
    return undefined;
  } catch (error: unknown) {
    return `JetStream does not keep the copies: ${error instanceof Error ? error.message : String(error)}`;
  }
}
