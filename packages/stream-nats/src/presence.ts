import { randomUUID } from 'node:crypto';
import type { Link } from './link.js';
import { PRESENCE_SUBJECT } from './subjects.js';

/** 1 s: how often a process says that it is there. */
const EVERY_MS = 1_000;
/** 3 s: whoever was silent for longer may go on committing without being heard. */
const SILENCE_MS = 3_000;
/** 5 min: so long somebody may be missing; then it is taken for gone. */
const MISSED_MS = 5 * 60_000;
/** More processes than share one database. */
const MOST = 1_000;

/** Which other processes are there, by what they say of themselves. */
export interface Presence {
  /** Whether nobody is missing who was here and did not say goodbye: somebody cut off from NATS, or dead. */
  readonly isComplete: boolean;
  /** Others are to look at the store: they have missed something from here. False when that could not be said. */
  askToLook(): boolean;
  /** Says goodbye. */
  close(): void;
}

export interface PresenceListener {
  /** Nobody is missing any more, or somebody is. */
  readonly changed: () => void;
  /** Somebody could not send all copies, and can again. */
  readonly asked: () => void;
}

export function createPresence(link: Link, { changed, asked }: PresenceListener): Presence {
  const self = randomUUID();
  const heardAt = new Map<string, number>();
  let isComplete = true;

  const say = (what: Word): boolean => link.publish(PRESENCE_SUBJECT, JSON.stringify({ self, what }));
  const judge = (): void => {
    const now = performance.now();
    let complete = true;
    for (const [other, at] of heardAt) {
      if (now - at > MISSED_MS) heardAt.delete(other);
      else if (now - at > SILENCE_MS) complete = false;
    }
    if (complete === isComplete) return;
    isComplete = complete;
    changed();
  };
  const stopListening = link.listen(PRESENCE_SUBJECT, (message) => {
    const word = wordOf(message.string());
    if (word === undefined) return;
    if (word.what === 'goodbye') heardAt.delete(word.self);
    else if (heardAt.has(word.self) || heardAt.size < MOST) heardAt.set(word.self, performance.now());
    if (word.what === 'look') asked();
    judge();
  });
  const timer = setInterval(() => {
    say('here');
    judge();
  }, EVERY_MS);

  return {
    get isComplete() {
      return isComplete;
    },
    askToLook: () => say('look'),
    close() {
      clearInterval(timer);
      stopListening();
      say('goodbye');
    },
  };
}

const WORDS = ['here', 'look', 'goodbye'] as const;
type Word = (typeof WORDS)[number];

function wordOf(text: string): { readonly self: string; readonly what: Word } | undefined {
  try {
    const { self, what } = Object(JSON.parse(text)) as Record<string, unknown>;
    const known = WORDS.find((word) => word === what);
    return typeof self === 'string' && self.length <= 64 && known !== undefined ? { self, what: known } : undefined;
  } catch {
    return undefined;
  }
}
