import type { ExecutionId, Neighbours } from '@flovyn/engine';
import { isExecutionId } from '@flovyn/events';
import { streamMessageId, streamSubject } from '@flovyn/events/nats';
import { headers } from '@nats-io/transport-node';
import { decodeCopy, encodeCopy } from './copy.js';
import type { Link } from './link.js';

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
    publish(id, entries) {
      const last = entries.at(-1);
      const subject = subjectOf(id);
      if (last === undefined || subject === undefined) return;
      const head = headers();
      head.set(MESSAGE_ID, streamMessageId(subject.id, last));
      if (!link.publish(subject.name, encodeCopy(entries), head)) dropped();
    },
    follow(id, listener) {
      const subject = subjectOf(id);
      if (subject === undefined) return () => undefined;
      return link.listen(subject.name, (message) => {
        const entries = decodeCopy(id, message.string());
        // Whatever it was meant to say: there is something about this execution, and the store knows it.
        listener(entries ?? []);
      });
    },
  };
}

/** An id of a caller's making that is no UUID has no subject: its readers look at the store. */
function subjectOf(id: ExecutionId) {
  return isExecutionId(id) ? { id, name: streamSubject(id) } : undefined;
}
