import { ServiceError, limits } from '@flovyn/protocol';
import { WorkerFrame, type WorkerItem, WorkflowCommand } from '@flovyn/protocol/grpc';
import { toError } from '../errors.js';

/** Large enough to make a frame cheap. A frame of a single item may be as large as the server takes. */
const FRAME_BYTES = 2 * 1024 * 1024;

/**
 * An item as it travels: a frame of its own. The bytes of a frame are those of its items one after another, so each item is
 * encoded once, when it is given, and what cannot be sent is known before it is on its way with others.
 *
 * @throws {ServiceError} INVALID_ARGUMENT or PAYLOAD_TOO_LARGE, as a server would refuse it that could read it.
 */
export function itemBytes(item: WorkerItem): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = WorkerFrame.encode({ items: [item] }).finish();
  } catch (error) {
    const reason = toError(error).message;
    throw new ServiceError('INVALID_ARGUMENT', `${culpritOf(item)} cannot be written for the wire: ${reason}.`);
  }
  const { length } = bytes;
  const limit = limits.grpcReceiveBytes;
  if (length <= limit) return bytes;
  throw new ServiceError(
    'PAYLOAD_TOO_LARGE',
    `${nameOf(item)} has ${length} bytes, more than the ${limit} one message may have. ${adviceFor(item)}`,
    { limit, actual: length },
  );
}

/** Where the frame that begins at `from` ends: it has one item at least. */
export function endOfFrame(items: readonly Uint8Array[], from: number): number {
  let bytes = 0;
  let to = from;
  for (; to < items.length; to += 1) {
    bytes += items[to]?.length ?? 0;
    if (bytes > FRAME_BYTES && to > from) break;
  }
  return to;
}

function nameOf({ item }: WorkerItem): string {
  if (item?.$case !== 'turnCompleted') return `A message (${item?.$case})`;
  const { commands } = item.value;
  return `A turn of ${commands.length} ${commands.length === 1 ? 'command' : 'commands'}, its end included,`;
}

/** What in the item the encoder does not take. */
function culpritOf(item: WorkerItem): string {
  const commands = item.item?.$case === 'turnCompleted' ? item.item.value.commands : [];
  const culprit = commands.find((command) => bytesOf(command) === undefined);
  return culprit === undefined ? nameOf(item) : `The command ${textOf(culprit)}`;
}

function adviceFor({ item }: WorkerItem): string {
  if (item?.$case !== 'turnCompleted') return 'Keep the data elsewhere and pass a reference to it.';
  const sized = item.value.commands.map((command) => ({ command, bytes: bytesOf(command) ?? 0 }));
  const largest = sized.reduce((most, one) => (one.bytes > most.bytes ? one : most));
  return (
    `The largest is ${textOf(largest.command)} with ${largest.bytes} bytes. ` +
    'Await a task or a timer in between, so that the commands leave in several turns, or keep the data elsewhere and pass references to it.'
  );
}

function bytesOf(command: WorkflowCommand): number | undefined {
  try {
    return WorkflowCommand.encode(command).finish().length;
  } catch {
    return undefined;
  }
}

/** How people find a command in their code: `SET_STATE "cart"`. */
function textOf({ commandType, commandData }: WorkflowCommand): string {
  const value = (commandData?.value ?? {}) as Readonly<Record<string, unknown>>;
  const name = names
    .map((member) => value[member])
    .find((text): text is string => typeof text === 'string' && text !== '');
  return name === undefined ? commandType : `${commandType} "${name.slice(0, 64)}"`;
}

const names = ['key', 'operationName', 'kind', 'workflowKind', 'timerId', 'promiseId', 'signalName'];
