import type { SessionId } from '../ids.js';
import type { Asked, Guest, Neighbours, Topic } from '../ports/neighbours.js';
import type { StreamEntry } from '../ports/store.js';
import type { WakeUps } from '../ports/surroundings.js';
import { createLocalWakeUps } from '../services/local-wake-ups.js';

/** Processes that hear each other, while nobody is deaf. */
export interface Town {
  /** One more of them. */
  move(): { readonly neighbours: Neighbours; readonly wakeUps: WakeUps };
  /** Everything that is said is lost from now on, or heard again. */
  deafen(isDeaf: boolean): void;
  /** How many executions are followed by somebody. */
  followed(): number;
}

/** Neighbours in one process: what is said is heard at once. */
export function createTown(): Town {
  type Listener = (entries: readonly StreamEntry[]) => void;
  const followers = new Set<{ readonly home: object; readonly topic: Topic; readonly listener: Listener }>();
  const guests = new Set<{ readonly home: object; readonly holder: SessionId; readonly guest: Guest }>();
  const homes = new Map<object, WakeUps>();
  let isDeaf = false;

  const describes = (whom: Asked, holder: SessionId, { runs }: Guest): boolean =>
    'holder' in whom
      ? whom.holder === holder
      : runs?.orgId === whom.orgId && runs.queue === whom.queue && runs.kinds.has(whom.kind);

  return {
    deafen: (deaf) => (isDeaf = deaf),
    followed: () => new Set([...followers].map(({ topic }) => topic.id)).size,
    move() {
      const home = {};
      const local = createLocalWakeUps();
      homes.set(home, local);
      const others = <Each extends { readonly home: object }>(all: Iterable<Each>): Each[] =>
        isDeaf ? [] : [...all].filter((each) => each.home !== home);
      const neighbours: Neighbours = {
        publish({ of, id }, entries) {
          for (const { topic, listener } of others(followers)) {
            if (topic.of === of && topic.id === id) listener(entries);
          }
        },
        follow(topic, listener) {
          const follower = { home, topic, listener };
          followers.add(follower);
          return () => followers.delete(follower);
        },
        settled: async () => undefined,
        claimEnded(holder, token) {
          for (const each of others(guests)) if (each.holder === holder) each.guest.claimEnded(token);
        },
        host(holder, guest) {
          const each = { home, holder, guest };
          guests.add(each);
          return () => guests.delete(each);
        },
        ask: async (whom, question) =>
          others(guests)
            .find(({ holder, guest }) => describes(whom, holder, guest))
            ?.guest.asked(question),
      };
      const wakeUps: WakeUps = {
        nudge(work) {
          for (const [other, { nudge }] of homes) if (other === home || !isDeaf) nudge(work);
        },
        onNudge: (listener) => local.onNudge(listener),
      };
      return { neighbours, wakeUps };
    },
  };
}
