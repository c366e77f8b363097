import fc from 'fast-check';

/** What can happen in a random life, and how often it is tried. */
const weights = {
  // Clients
  start: 8,
  'start-task': 4,
  'start-child': 2,
  signal: 8,
  'signal-with-start': 3,
  cancel: 3,
  retry: 4,
  settle: 6,
  'cancel-task': 2,
  'retry-task': 1,
  'delete-task': 1,
  // Workers with a session
  connect: 4,
  turn: 50,
  'turn-again': 4,
  'release-turn': 2,
  attempt: 40,
  'attempt-again': 5,
  'release-attempt': 5,
  output: 14,
  speculate: 12,
  'drop-instance': 2,
  reconnect: 12,
  cut: 3,
  vanish: 1,
  goodbye: 1,
  // Workers that make single calls
  poll: 16,
  'abort-poll': 1,
  'unary-turn': 22,
  'unary-attempt': 20,
  'unary-output': 16,
  'unary-late': 5,
  'unary-vanish': 1,
  // Time, and what time brings
  advance: 8,
  timers: 8,
  leases: 5,
  dispatch: 20,
  // What goes wrong
  fault: 8,
  crash: 2,
} as const;

/** What may happen; `rest` is what nothing happens in. */
export type MoveKind = keyof typeof weights | 'rest';

/** All of them that do something. */
export const moveKinds = Object.keys(weights) as readonly Exclude<MoveKind, 'rest'>[];

const commandKinds = [
  'operation',
  'task',
  'timer',
  'promise',
  'child',
  'again',
  'set-state',
  'clear-state',
  'cancel-timer',
  'cancel-task',
  'cancel-child',
  'signal-child',
  'resolve',
  'request-cancellation',
] as const;

export type CommandKind = (typeof commandKinds)[number];

/** One move, as numbers: what they choose among is known only when its turn comes. */
export interface Move {
  readonly kind: MoveKind;
  /** Who does it, or to whom. */
  readonly who: number;
  /** Everything else about it. */
  readonly how: number;
  /** The commands of a turn. */
  readonly commands: readonly { readonly kind: CommandKind; readonly how: number }[];
  /** The next move begins before this one has ended. */
  readonly together: boolean;
}

const below = fc.nat(1_000_000);

const command = fc.record({
  kind: fc.oneof(
    { arbitrary: fc.constantFrom<CommandKind>('task', 'timer', 'promise', 'child'), weight: 3 },
    { arbitrary: fc.constantFrom(...commandKinds), weight: 2 },
  ),
  how: below,
});

const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.oneof(...moveKinds.map((kind) => ({ arbitrary: fc.constant<MoveKind>(kind), weight: weights[kind] }))),
  who: below,
  how: below,
  commands: fc.array(command, { maxLength: 4 }),
  together: fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, { arbitrary: fc.constant(true), weight: 1 }),
});

const rest: Move = { kind: 'rest', who: 0, how: 0, commands: [], together: false };

/** Programs of so many moves; what does not matter to a failure shrinks to rest, and is left out. */
export function programs(length: number): fc.Arbitrary<readonly Move[]> {
  const moveOrRest = fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.constant(rest), weight: 1 },
    { arbitrary: move, weight: 999 },
  );
  const moves = fc.array(moveOrRest, { minLength: length, maxLength: length });
  return fc.noBias(moves).map((all) => all.filter(({ kind }) => kind !== 'rest'));
}

/** Takes one small number after the other out of a large one; all are 0 when that is. */
export type Dice = (sides: number) => number;

export function dice(number: number): Dice {
  let left = number;
  return (sides) => {
    const face = left % sides;
    left = Math.floor(left / sides);
    return face;
  };
}
