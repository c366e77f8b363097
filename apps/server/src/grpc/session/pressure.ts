import type { Engine } from '@flovyn/engine';

/** Above either, senders of output are slowed; below half of both they may go on. */
const CHANGES = 4_000;
const BYTES = 8 * 1_024 * 1_024;
/** So much more, and nothing of a sender is read any more until the backlog is gone: it does not listen. */
const PATIENCE = 8;
const LOOK_AGAIN_MS = 10;

/** A sender that can be slowed. */
export interface Sender {
  /** No output, please; or: go on. */
  slowDown(isSlow: boolean): void;
  /** Stops or goes on reading what it sends. */
  hold(isHeld: boolean): void;
}

/** Keeps what waits to be written small, by slowing those who make it. */
export interface Pressure {
  /** To be called after output of this sender was taken in. */
  felt(sender: Sender): void;
  /** The sender is gone. */
  forget(sender: Sender): void;
  close(): void;
}

export function createPressure(engine: Pick<Engine, 'backlog'>): Pressure {
  const slowed = new Set<Sender>();
  const held = new Set<Sender>();
  let timer: NodeJS.Timeout | undefined;

  const load = (): number => {
    const { changes, bytes } = engine.backlog();
    return Math.max(changes / CHANGES, bytes / BYTES);
  };

  const relax = (): void => {
    timer = undefined;
    if (load() > 0.5) return lookAgain();
    for (const sender of held) sender.hold(false);
    for (const sender of slowed) sender.slowDown(false);
    held.clear();
    slowed.clear();
  };

  const lookAgain = (): void => {
    timer ??= setTimeout(relax, LOOK_AGAIN_MS);
  };

  return {
    felt(sender) {
      const now = load();
      if (now <= 1) return;
      if (!slowed.has(sender)) {
        slowed.add(sender);
        sender.slowDown(true);
      }
      if (now > PATIENCE && !held.has(sender)) {
        held.add(sender);
        sender.hold(true);
      }
      lookAgain();
    },
    forget(sender) {
      slowed.delete(sender);
      held.delete(sender);
    },
    close: () => clearTimeout(timer),
  };
}
