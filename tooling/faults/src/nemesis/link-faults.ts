import type { Chance } from '../chance.js';
import type { Link } from '../proxy/link.js';
import type { Cut, LinkFault } from '../proxy/weather.js';
import type { Town } from '../town/town.js';
import type { Fault } from './fault.js';

const KINDS = [
  'delay',
  'slow',
  'freeze',
  'one-way freeze',
  'refuse',
  'overtake',
  'cut',
  'cut after n bytes',
  'cut after request',
  'cut before reply',
] as const;

/** A fault of some link; none that suffers already is chosen. */
export function drawLinkFault(town: Town, suffering: ReadonlySet<Link>, chance: Chance): Fault | undefined {
  const link = chance.pick(groupsOf(town))(chance);
  if (suffering.has(link)) return undefined;
  const kind = chance.pick(KINDS);
  const forMs = chance.between(300, 2_500);
  const lasting = (fault: LinkFault, details: string): Fault => ({
    kind,
    what: `${kind} of ${link.name}: ${details}`,
    link,
    begin: () => link.suffer(fault),
    end: () => link.heal(),
    forMs,
  });
  const once = (cut: Cut, details: string): Fault => ({
    kind,
    what: `${kind} of ${link.name}: ${details}`,
    begin: () => link.cut(cut),
  });
  switch (kind) {
    case 'delay': {
      const ms = Math.round(chance.between(2, 80));
      return lasting({ type: 'delay', ms, jitterMs: ms }, `${ms} ms, give or take as much`);
    }
    case 'slow': {
      const bytesPerSecond = Math.round(chance.between(1_000, 200_000));
      return lasting({ type: 'slow', bytesPerSecond }, `${bytesPerSecond} bytes per second`);
    }
    case 'freeze':
      return lasting({ type: 'freeze', way: 'both' }, 'both ways');
    case 'one-way freeze': {
      const way = chance.pick(['up', 'down']);
      return lasting({ type: 'freeze', way }, way);
    }
    case 'refuse':
      return lasting({ type: 'refuse' }, 'new connections');
    case 'overtake':
      return lasting({ type: 'overtake' }, 'every second connection is held');
    case 'cut': {
      const ending = chance.pick(['fin', 'rst']);
      return once({ type: 'now', ending }, ending);
    }
    case 'cut after n bytes': {
      const way = chance.pick(['up', 'down']);
      const bytes = 1 + chance.roll(20_000);
      return once({ type: 'after-bytes', way, bytes, ending: chance.pick(['fin', 'rst']) }, `${bytes} ${way}`);
    }
    case 'cut after request':
      return once({ type: 'after-request' }, 'the next one of each connection');
    case 'cut before reply':
      return once({ type: 'before-reply' }, 'to the next request of each connection');
  }
}

/** Kinds of links are drawn first, so that the many links of workers are not hit more often than the two of the database. */
function groupsOf({ servers: [a, b], workers }: Town): readonly [Draw, ...Draw[]] {
  const worker: Draw = (chance) => (workers[chance.roll(workers.length)] ?? workers[0])?.link ?? a.calls;
  return [
    worker,
    worker,
    (chance) => chance.pick([a.database, b.database]),
    (chance) => chance.pick([a.nats, b.nats]),
    (chance) => chance.pick([a.calls, b.calls]),
    (chance) => chance.pick(chance.pick([a.streams, b.streams])),
  ];
}

type Draw = (chance: Chance) => Link;
