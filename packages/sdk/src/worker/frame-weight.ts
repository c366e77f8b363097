import type { WorkerItem } from '@flovyn/protocol/grpc';

const ITEM = 128;
/** Large enough to make a frame cheap, small enough that no frame passes the server's limit. */
const FRAME_WEIGHT = 2 * 1024 * 1024;

/** About how many bytes an item adds to a frame: its payloads, and something for the rest. */
function weightOf({ item }: WorkerItem): number {
  switch (item?.$case) {
    case 'attemptEntries': {
      let bytes = ITEM;
      for (const entry of item.value.entries) bytes += entry.payload.length * 2 + 16;
      return bytes;
    }
    case 'attemptCompleted':
      return ITEM + item.value.output.length;
    case 'attemptFailed':
      return ITEM + item.value.error.length * 2;
    case 'attemptLog':
      return ITEM + item.value.message.length * 2;
    case 'turnCompleted': {
      let bytes = ITEM;
      for (const { commandData } of item.value.commands) bytes += ITEM + payloadOf(commandData?.value);
      return bytes;
    }
    case 'startWorkflow':
      return ITEM + (item.value.request?.input.length ?? 0);
    default:
      return ITEM;
  }
}

function payloadOf(command: object | undefined): number {
  if (command === undefined) return 0;
  let bytes = 0;
  for (const value of Object.values(command)) if (value instanceof Uint8Array) bytes += value.length;
  return bytes;
}

/** Where the frame that begins at `from` ends: it has one item at least. */
export function endOfFrame(items: readonly WorkerItem[], from: number): number {
  let weight = 0;
  let to = from;
  while (to < items.length) {
    const item = items[to];
    weight += item === undefined ? 0 : weightOf(item);
    if (weight > FRAME_WEIGHT && to > from) break;
    to += 1;
  }
  return to;
}
