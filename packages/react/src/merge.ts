import { parseCursor } from '@flovyn/events';

/** Anything with a place in its own stream. */
export interface Positioned {
  readonly id: string;
  /** `<epoch>.<seq>`: the stream position the other fields are true for. */
  readonly asOf: string;
}

/** Whether a position is known to be before another: of different epochs that cannot be said. */
export function isOlder(position: string, other: string): boolean {
  const [one, two] = [parseCursor(position), parseCursor(other)];
  return one !== undefined && two !== undefined && one.epoch === two.epoch && one.seq < two.seq;
}

/**
 * The newer of two states of one thing, so that a slow answer that lands after a live event changes nothing back.
 *
 * Positions of different epochs cannot be compared; then the one that arrived last is taken. At equal positions the
 * fields are merged. Returns `known` itself when nothing is new.
 */
export function mergeEntity<Entity extends Positioned>(known: Entity, arrived: Entity): Entity {
  if (known.id !== arrived.id) return arrived;
  if (isOlder(arrived.asOf, known.asOf)) return known;
  return unlessEqual(known, known.asOf === arrived.asOf ? { ...known, ...arrived } : arrived);
}

/**
 * Rows merged one by one, in the order and selection that arrived. Returns `known` itself when nothing is new.
 *
 * @param detailOf - what else is known of a row: its detail may have been told by a stream what the list has yet to hear.
 */
export function mergeRows<Entity extends Positioned>(
  known: readonly Entity[],
  arrived: readonly Entity[],
  detailOf: (id: string) => Entity | undefined = () => undefined,
): Entity[] {
  const before = new Map(known.map((row) => [row.id, row]));
  const rows = arrived.map((row) => {
    const same = before.get(row.id);
    const merged = same === undefined ? row : mergeEntity(same, row);
    const detail = detailOf(row.id);
    return detail === undefined || mergeEntity(detail, merged) !== detail ? merged : detail;
  });
  const isUnchanged = rows.length === known.length && rows.every((row, index) => row === known[index]);
  return isUnchanged ? (known as Entity[]) : rows;
}

/** JSON decides: these values came as JSON, with their keys in the server's order. */
function unlessEqual<Entity>(known: Entity, arrived: Entity): Entity {
  return JSON.stringify(known) === JSON.stringify(arrived) ? known : arrived;
}
