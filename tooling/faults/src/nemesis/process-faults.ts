import { backendsOf } from '@flovyn/testing';
import type { Chance } from '../chance.js';
import type { Keeper } from '../town/keeper.js';
import { LEASE_MS, type Town } from '../town/town.js';
import type { Fault } from './fault.js';

/** Something that befalls a whole process. */
export function drawProcessFault(town: Town, chance: Chance): Fault {
  const [a, b] = town.servers;
  const draw = chance.pick<() => Fault>([
    () => kill(chance.pick([a, b]).keeper, 'server', 'SIGKILL'),
    () => kill(chance.pick([a, b]).keeper, 'server', 'SIGTERM'),
    () => pause(chance.pick([a, b]).keeper, 'server', chance.between(500, LEASE_MS * 1.5)),
    () => kill(workerOf(town, chance).keeper, 'worker', 'SIGKILL'),
    () => kill(workerOf(town, chance).keeper, 'worker', 'SIGKILL'),
    () => kill(workerOf(town, chance).keeper, 'worker', 'SIGTERM'),
    () => pause(workerOf(town, chance).keeper, 'worker', chance.between(500, LEASE_MS * 2)),
    () => move(town, chance),
    () => restartNats(town, chance.pick([true, false])),
    () => pauseNats(town, chance.between(500, 4_000)),
    () => killPostmaster(town),
    () => killBackend(town, chance),
    () => freezePostgres(town, chance.between(300, 2_000)),
  ]);
  return draw();
}

function workerOf({ workers }: Town, chance: Chance) {
  const worker = workers[chance.roll(workers.length)];
  if (worker === undefined) throw new Error('A town without workers');
  return worker;
}

function kill(keeper: Keeper, of: string, signal: 'SIGKILL' | 'SIGTERM'): Fault {
  const kind = `${signal === 'SIGKILL' ? 'kill' : 'restart'} of a ${of}`;
  return { kind, what: `${kind}: ${keeper.name}`, begin: () => keeper.end(signal) };
}

function pause(keeper: Keeper, of: string, forMs: number): Fault {
  const kind = `pause of a ${of}`;
  return {
    kind,
    what: `${kind}: ${keeper.name}`,
    begin: () => keeper.pause(),
    forMs,
    end: () => keeper.resume(),
  };
}

function move(town: Town, chance: Chance): Fault {
  const worker = workerOf(town, chance);
  const server = chance.pick(town.servers);
  return {
    kind: 'move of a worker',
    what: `move of worker ${worker.name} to server ${server.name}`,
    begin: () => {
      worker.link.moveTo(server.grpc());
      worker.link.cut({ type: 'now', ending: 'rst' });
    },
  };
}

function restartNats({ nats }: Town, wiped: boolean): Fault {
  const kind = `kill of NATS, ${wiped ? 'wiped' : 'kept'}`;
  return { kind, what: kind, begin: () => nats.kill(), forMs: 500, end: () => nats.restart({ wiped }) };
}

function pauseNats({ nats }: Town, forMs: number): Fault {
  return { kind: 'pause of NATS', what: 'pause of NATS', begin: () => nats.pause(), forMs, end: () => nats.resume() };
}

function killPostmaster({ postgres }: Town): Fault {
  return { kind: 'kill of PostgreSQL', what: 'kill of PostgreSQL', begin: () => signal(postgres.pid, 'SIGKILL') };
}

function killBackend({ postgres }: Town, chance: Chance): Fault {
  return {
    kind: 'kill of a backend',
    what: 'kill of a backend of PostgreSQL',
    begin: async () => {
      const backends = await backendsOf(postgres.pid ?? 0);
      signal(backends[chance.roll(backends.length)], 'SIGKILL');
    },
  };
}

function freezePostgres({ postgres }: Town, forMs: number): Fault {
  const stopped: number[] = [];
  return {
    kind: 'pause of PostgreSQL',
    what: 'pause of PostgreSQL with all its backends',
    begin: async () => {
      const { pid } = postgres;
      if (pid === undefined) return;
      stopped.push(pid, ...(await backendsOf(pid)));
      for (const each of stopped) signal(each, 'SIGSTOP');
    },
    forMs,
    end: () => {
      for (const each of stopped) signal(each, 'SIGCONT');
    },
  };
}

/** One that has gone meanwhile needs none. */
function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
