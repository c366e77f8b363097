import type { Move, MoveKind } from '../moves.js';
import type { World } from '../world.js';

/** Makes a move; resolves to false when there was nothing to make it with. */
export type Play = (world: World, move: Move) => Promise<boolean>;

export type Plays<Kind extends MoveKind> = Readonly<Record<Kind, Play>>;
