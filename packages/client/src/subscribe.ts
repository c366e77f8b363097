import { type StreamDefinition, type StreamIssue, type StreamOutput, readStream } from '@flovyn/events';
import type { LiveStream } from './live-stream.js';
import type { LiveStreamMessage, StreamEntry } from './live-stream-message.js';
import type { StreamOptions } from './stream-execution.js';

/** A value of one of the streams that were asked for, with the line it came in. */
export type StreamValue<Definition extends StreamDefinition> = Definition extends StreamDefinition
  ? Omit<StreamEntry, 'kind'> & {
      readonly kind: 'value';
      /** The name of its stream. */
      readonly stream: Definition['name'];
      readonly value: StreamOutput<Definition>;
    }
  : never;

/** A value that does not fit what this reader knows of its stream: its writer has another version of the schema. */
export type StreamMisfit<Definition extends StreamDefinition> = Omit<StreamEntry, 'kind'> & {
  readonly kind: 'misfit';
  readonly stream: Definition['name'];
  readonly issues: readonly StreamIssue[];
};

/** What a {@link Subscription} gives its reader, told apart by `kind`. */
export type SubscriptionMessage<Definition extends StreamDefinition> =
  | StreamValue<Definition>
  | StreamMisfit<Definition>
  | Exclude<LiveStreamMessage, StreamEntry>;

/** The values of some streams of the author's own, in their order; everything else is as with a {@link LiveStream}. */
export interface Subscription<Definition extends StreamDefinition>
  extends Omit<LiveStream, typeof Symbol.asyncIterator>, AsyncIterable<SubscriptionMessage<Definition>> {}

/** What `client.subscribe` takes: everything `client.stream` does but `types`, which follows from what is asked for. */
export type SubscribeOptions = Omit<StreamOptions, 'types'>;

/**
 * Reads from a stream the values of these streams of the author's own.
 *
 * @throws {TypeError} while iterating, when a schema checks asynchronously.
 */
export function subscription<Definition extends StreamDefinition>(
  live: LiveStream,
  definitions: readonly Definition[],
): Subscription<Definition> {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  return {
    get ready() {
      return live.ready;
    },
    get status() {
      return live.status;
    },
    reconnectNow: () => live.reconnectNow(),
    close: () => live.close(),
    async *[Symbol.asyncIterator]() {
      for await (const message of live) {
        if (message.kind !== 'entry') yield message;
        else yield* valuesOf(message, byName);
      }
    },
  };
}

/** One message, or none where the line belongs to no stream that was asked for. */
function* valuesOf<Definition extends StreamDefinition>(
  { kind: _kind, ...line }: StreamEntry,
  byName: ReadonlyMap<string, Definition>,
): Generator<SubscriptionMessage<Definition>> {
  const { event } = line.frame;
  if (event.type !== 'data' || event.stream === undefined) return;
  const definition = byName.get(event.stream);
  const reading = definition && readStream(definition, event);
  if (reading === undefined) return;
  const stream: Definition['name'] = event.stream;
  if (!reading.ok) yield { ...line, kind: 'misfit', stream, issues: reading.issues };
  // The value is its definition's: TypeScript cannot follow that through the map.
  else yield { ...line, kind: 'value', stream, value: reading.value } as unknown as StreamValue<Definition>;
}
