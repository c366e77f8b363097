import fc from 'fast-check';

/** A random workflow program. */
export type Statement =
  | { readonly do: 'task'; readonly kind: string }
  | { readonly do: 'spawn'; readonly kind: string }
  | { readonly do: 'operation'; readonly value: number }
  | { readonly do: 'operations'; readonly values: readonly number[] }
  | { readonly do: 'set'; readonly key: string; readonly value: number }
  | { readonly do: 'clear'; readonly key: string }
  | { readonly do: 'clearAll' | 'chance' | 'time' | 'signal' }
  | { readonly do: 'all' | 'race' | 'any' | 'settled'; readonly branches: readonly (readonly Statement[])[] }
  | Steering
  | Waiting;

/** What code does with handles. */
type Steering =
  | {
      readonly do: 'select' | 'joinN' | 'withTimeout';
      readonly of: readonly Contender[];
      readonly cancelLosers: boolean;
    }
  | { readonly do: 'steer'; readonly child: readonly ('signal' | 'cancel' | 'wait')[] }
  | { readonly do: 'cancel'; readonly what: Contender };

/** How code waits for the world, and how it ends. */
type Waiting =
  | { readonly do: 'promise'; readonly name: string; readonly isLimited: boolean }
  | { readonly do: 'await signal'; readonly name: string }
  | { readonly do: 'drain' | 'check' | 'request cancellation' }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'named timer'; readonly id: string }
  | { readonly do: 'limit'; readonly what: Contender; readonly cancelLosers: boolean }
  /** These two end the program when nothing around them catches what they throw. */
  | { readonly do: 'obey' | 'fail' };

export type Contender = 'task' | 'child' | 'timer' | 'signal' | 'promise';

const name = fc.constantFrom('a', 'b', 'c');

/** How long programs are, and how often a statement has branches, against once for each other kind of statement. */
interface Shape extends fc.ArrayConstraints {
  readonly branching: number;
}

const programOf = ({ branching, ...lengths }: Shape, ...more: readonly fc.Arbitrary<Statement>[]) =>
  fc.letrec<{ statement: Statement; program: Statement[] }>((tie) => ({
    program: fc.array(tie('statement'), lengths),
    statement: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      ...more,
      fc.record({ do: fc.constant('task' as const), kind: name }),
      fc.record({ do: fc.constant('spawn' as const), kind: name }),
      fc.record({ do: fc.constant('operation' as const), value: fc.nat(9) }),
      fc.record({ do: fc.constant('operations' as const), values: fc.array(fc.nat(9), { maxLength: 3 }) }),
      fc.record({ do: fc.constant('set' as const), key: name, value: fc.nat(9) }),
      fc.record({ do: fc.constant('clear' as const), key: name }),
      fc.record({ do: fc.constantFrom('clearAll' as const, 'chance' as const, 'time' as const, 'signal' as const) }),
      {
        weight: branching,
        arbitrary: fc.record({
          do: fc.constantFrom('all' as const, 'race' as const, 'any' as const, 'settled' as const),
          branches: fc.array(tie('program'), { minLength: 1, maxLength: 3 }),
        }),
      },
    ),
  })).program;

/** Tasks, operations, state, chance, time and the combinators of the language. */
export const program = programOf({ maxLength: 5, branching: 1 });

const steering = (contender: fc.Arbitrary<Contender>): readonly fc.Arbitrary<Statement>[] => [
  fc.record({
    do: fc.constantFrom('select' as const, 'joinN' as const, 'withTimeout' as const),
    of: fc.array(contender, { minLength: 1, maxLength: 4 }),
    cancelLosers: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('steer' as const),
    child: fc.array(fc.constantFrom('signal' as const, 'cancel' as const, 'wait' as const), { maxLength: 5 }),
  }),
  fc.record({ do: fc.constant('cancel' as const), what: contender }),
];

/** The same with children and timers, and what is done to handles. */
export const steeringProgram = programOf(
  { maxLength: 5, branching: 1 },
  ...steering(fc.constantFrom<Contender[]>('task', 'child', 'timer', 'signal')),
);

const contender = fc.constantFrom<Contender[]>('task', 'child', 'timer', 'signal', 'promise');
/** Everything that code can ask of its context. */
export const completeProgram = programOf(
  { maxLength: 8, branching: 2 },
  ...steering(contender),
  fc.record({ do: fc.constant('promise' as const), name, isLimited: fc.boolean() }),
  fc.record({ do: fc.constant('await signal' as const), name: fc.constantFrom('s', 'h') }),
  fc.record({ do: fc.constantFrom('drain' as const, 'check' as const) }),
  fc.record({ do: fc.constantFrom('request cancellation' as const, 'obey' as const) }),
  fc.record({ do: fc.constant('sleep' as const), ms: fc.constantFrom(0, 1, 3_600_000) }),
  fc.record({ do: fc.constant('named timer' as const), id: name }),
  fc.record({ do: fc.constant('limit' as const), what: contender, cancelLosers: fc.boolean() }),
  fc.record({ do: fc.constantFrom('obey' as const, 'obey' as const, 'fail' as const) }),
);
