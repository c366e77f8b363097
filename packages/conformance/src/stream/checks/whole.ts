import { endsExecution } from '@flovyn/events';
import { type Entry, type Reading, allHeard, entriesOf } from '../play/heard.js';
import { type Finding, finding } from './finding.js';

/** What is missing for a stream to be whole: 1 to n in one epoch, the terminal entry last, `end` once, and then closed. */
export function wholeFindings(reading: Reading): Finding[] {
  const entries = entriesOf(reading);
  const last = reading.connections.at(-1);
  const found = numberFindings(reading, entries);
  const terminal = entries.at(-1);
  if (terminal === undefined || !endsExecution(terminal.said.frame)) {
    found.push(finding(reading, 'the terminal entry at the end', terminal?.word ?? 'no entry'));
  }
  const gaps = allHeard(reading).filter(({ name }) => name === 'gap').length;
  if (gaps > 0) found.push(finding(reading, 'no gap', `${gaps}`));
  if (last?.status === 200 && last.heard.at(-1)?.name !== 'end') {
    found.push(finding(reading, 'end after the terminal entry', last.heard.at(-1)?.word ?? 'nothing'));
  }
  if (last?.isClosed !== true) found.push(finding(reading, 'that the server closes', 'that the stream stays open'));
  return found;
}

function numberFindings(reading: Reading, entries: readonly Entry[]): Finding[] {
  const heard = allHeard(reading);
  const epoch = entries[0]?.said.frame.epoch;
  for (const [index, entry] of entries.entries()) {
    const { frame } = entry.said;
    if (frame.seq === index + 1 && frame.epoch === epoch) continue;
    const seen = `${frame.epoch}.${frame.seq} (${entry.word})`;
    return [finding(reading, `the entry ${epoch}.${index + 1}`, seen, heard.indexOf(entry))];
  }
  return [];
}
