import { parseCursor } from '@flovyn/events';
import { type Reading, allHeard, entriesOf } from '../play/heard.js';
import { type Finding, finding } from './finding.js';

/** Ids count from 1 without a hole, and each member's entries count from 1 on their own and end. */
export function familyFindings(reading: Reading, members: readonly string[]): Finding[] {
  const entries = entriesOf(reading);
  const heard = allHeard(reading);
  const found: Finding[] = [];
  const broken = entries.findIndex(({ id = '' }, index) => parseCursor(id)?.seq !== index + 1);
  const entry = entries[broken];
  if (entry !== undefined) {
    found.push(finding(reading, `the number ${broken + 1} of the family`, `the id ${entry.id}`, heard.indexOf(entry)));
  }
  for (const member of members) {
    const own = entries.filter(({ said }) => said.frame.executionId === member);
    const numbers = own.map(({ said }) => said.frame.seq);
    if (numbers.length > 0 && numbers.every((seq, index) => seq === index + 1)) continue;
    found.push(finding(reading, `the whole stream of ${member}`, `its entries ${numbers.join(' ') || 'are missing'}`));
  }
  const strangers = entries.filter(({ said }) => !members.includes(said.frame.executionId));
  for (const stranger of strangers.slice(0, 1)) {
    const seen = `an entry of ${stranger.said.frame.executionId}`;
    found.push(finding(reading, 'nobody else', seen, heard.indexOf(stranger)));
  }
  const last = reading.connections.at(-1);
  if (last?.heard.at(-1)?.name !== 'end' || !last.isClosed) {
    found.push(finding(reading, 'end when all have ended, and then closed', last?.heard.at(-1)?.word ?? 'nothing'));
  }
  return found;
}
