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
  connect: 2,
  turn: 34,
  'turn-again': 4,
  'release-turn': 2,
  attempt: 22,
  'attempt-again': 5,
  'release-attempt': 2,
  output: 6,
  speculate: 6,
  'drop-instance': 1,
  reconnect: 4,
  cut: 2,
  vanish: 1,
  goodbye: 1,
  // Workers that make single calls
  poll: 10,
  'abort-poll': 1,
  'unary-turn': 14,
  'unary-attempt': 10,
  'unary-output': 3,
  'unary-late': 4,
  'unary-vanish': 1,
  // Time, and what time brings
  advance: 8,
  timers: 8,
  leases: 5,
  dispatch: 14,
  // What goes wrong
  fault: 6,
  crash: 2,
} as const;

export type MoveKind = keyof typeof weights;

export const moveKinds = Object.keys(weights) as readonly MoveKind[];

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

const kind = fc.oneof(
  ...moveKinds.map((name) => ({ arbitrary: fc.constant(name), weight: weights[name] })),
) as fc.Arbitrary<MoveKind>;

const command = fc.record({
  kind: fc.oneof(
    { arbitrary: fc.constantFrom<CommandKind>('task', 'timer', 'promise', 'child'), weight: 3 },
    { arbitrary: fc.constantFrom(...commandKinds), weight: 2 },
  ),
  how: below,
});

export function programs(length: number): fc.Arbitrary<readonly Move[]> {
  const move = fc.record({
    kind,
    who: below,
    how: below,
    commands: fc.array(command, { maxLength: 4 }),
    together: fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, { arbitrary: fc.constant(true), weight: 1 }),
  });
  return fc.array(move, { minLength: Math.ceil(length / 2), maxLength: length, size: 'max' });
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
