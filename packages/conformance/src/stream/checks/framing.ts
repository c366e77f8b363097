import { createOrderChecker } from '@flovyn/events/testing';
import { type Connection, type Heard, type Reading, isEntry, isLine } from '../play/heard.js';
import { type Finding, finding } from './finding.js';

/**
 * What holds for every stream whatever a case is about: everything can be read, `ready` comes first, entries have ids and
 * control words have none, nothing follows `end`, and what is numbered follows one another in a legal order.
 */
export function framingFindings(reading: Reading): Finding[] {
  let before = 0;
  return reading.connections.flatMap((connection) => {
    const start = before;
    before += connection.heard.length;
    if (connection.status !== 200) return [];
    return [
      ...headerFindings(reading, connection),
      ...connection.heard.flatMap((heard, index) => {
        const wrong = wrongMessage(reading, connection, heard, index);
        return wrong === undefined ? [] : [finding(reading, wrong[0], wrong[1], start + index)];
      }),
      ...orderFindings(reading, connection, start),
    ];
  });
}

function headerFindings(reading: Reading, { headers }: Connection): Finding[] {
  const type = headers.get('content-type') ?? 'none';
  if (/^text\/event-stream; ?charset=utf-8$/i.test(type)) return [];
  return [finding(reading, 'content-type: text/event-stream; charset=utf-8', `content-type: ${type}`)];
}

type Wrong = readonly [expected: string, seen: string];

function wrongMessage(reading: Reading, connection: Connection, heard: Heard, index: number): Wrong | undefined {
  const { name, id, said, word } = heard;
  const { heard: all } = connection;
  if (said.kind === 'unknown' || said.kind === 'invalid' || said.kind === 'malformed') {
    return ['a message of the contract', `${word}: ${heard.data.slice(0, 200)}`];
  }
  if ((name === 'ready') !== (index === 0)) {
    return index === 0 ? ['ready first', word] : ['ready once', 'another ready'];
  }
  if (index > 0 && all[index - 1]?.name === 'end') return ['nothing after end', word];
  if (!isLine(heard)) return id === undefined ? undefined : [`no id for ${name}`, `the id ${id}`];
  if (id === undefined || id === '') return ['an id for every entry', `${word} without one`];
  if (isEntry(heard) && reading.scope === 'own') {
    const { epoch, seq } = heard.said.frame;
    if (id !== `${epoch}.${seq}`) return [`the id ${epoch}.${seq}, which is what its frame says`, `the id ${id}`];
  }
  return undefined;
}

/** The order of one connection; it may begin anywhere, unless it began without a cursor. */
function orderFindings(reading: Reading, { after, heard, url }: Connection, start: number): Finding[] {
  if (reading.isFiltered || reading.format === 'plain') return [];
  const isResumed = after !== undefined || url.includes('lastEventId=');
  const checker = createOrderChecker({ midStream: isResumed });
  const executionId = heard.find(isEntry)?.said.frame.executionId;
  return heard.flatMap((message, index) => {
    const { said } = message;
    if (said.kind === 'gap' && executionId !== undefined) checker.gap(executionId, said);
    if (!isEntry(message)) return [];
    return checker
      .next(message.said.frame)
      .map(({ rule, message: wrong }) => finding(reading, `a legal order (${rule})`, wrong, start + index));
  });
}
