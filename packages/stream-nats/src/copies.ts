import type { Neighbours } from '@flovyn/engine';
import { isExecutionId } from '@flovyn/events';
import { streamMessageId } from '@flovyn/events/nats';
import { headers } from '@nats-io/transport-node';
import { decodeCopy, encodeCopy } from './copy.js';
import type { Link } from './link.js';
import { topicSubject } from './subjects.js';

/** What makes JetStream keep a message once. */
const MESSAGE_ID = 'Nats-Msg-Id';

/**
 * Copies of what is committed, from process to process. A process asks for those executions that somebody follows there,
 * and hears of no other.
 *
 * @param dropped - called when a copy could not be sent: others do not know what they miss.
 */
export function createCopies(link: Link, dropped: () => void): Pick<Neighbours, 'publish' | 'follow' | 'settled'> {
  return {
    settled: link.settled,
    publish(topic, entries) {
      const last = entries.at(-1);
      const subject = topicSubject(topic);
      if (subject === undefined) return;
      const head = headers();
      // JetStream keeps the streams of executions.
      if (last !== undefined && topic.of === 'execution' && isExecutionId(topic.id))
        head.set(MESSAGE_ID, streamMessageId(topic.id, last));
      if (!link.publish(subject, encodeCopy(entries), head)) dropped();
    },
    follow(topic, listener) {
      const subject = topicSubject(topic);
      if (subject === undefined) return () => undefined;
      return link.listen(subject, (message) => {
        const entries = decodeCopy(topic, message.string());
        // Whatever it was meant to say: there is something about this, and the store knows it.
        listener(entries ?? []);
      });
    },
  };
}
