import type { Stage } from '../play/stage.js';
import type { Expectation } from '../vocabulary.js';
import {
  controlFindings,
  frameFindings,
  headerFindings,
  openFindings,
  problemFindings,
  signsOfLifeFindings,
  statusFindings,
} from './answers.js';
import { plainFindings, sameFindings } from './compare.js';
import { filled } from './contains.js';
import { familyFindings } from './family.js';
import type { Finding } from './finding.js';
import { asOfFindings, historyFindings } from './history.js';
import { wholeFindings } from './whole.js';
import { inOrderFindings, neverFindings, wordsFindings } from './words.js';

/** Looks whether one thing is as a case expects it; empty when it is. */
export async function check(expectation: Expectation, stage: Stage): Promise<readonly Finding[]> {
  const { cast, people } = stage;
  if (expectation.see === 'same') {
    const [first, ...others] = expectation.readers.map((name) => stage.reader(name));
    return first === undefined ? [] : others.flatMap((other) => sameFindings(other, first));
  }
  const reading = stage.reader(expectation.reader);
  switch (expectation.see) {
    case 'whole':
      return wholeFindings(reading);
    case 'words':
      return wordsFindings(reading, expectation.words);
    case 'in-order':
      return inOrderFindings(reading, expectation.words);
    case 'never':
      return neverFindings(reading, expectation.words);
    case 'rest-of':
      return sameFindings(reading, stage.reader(expectation.of), expectation.after);
    case 'frame':
      return frameFindings(reading, expectation, filled(expectation.has, cast.fill));
    case 'ready':
    case 'gap':
    case 'end':
      return controlFindings(reading, expectation, filled(expectation.has, cast.fill));
    case 'status':
      return statusFindings(reading, expectation.is);
    case 'problem':
      return problemFindings(reading, expectation);
    case 'header':
      return headerFindings(reading, expectation);
    case 'plain':
      return plainFindings(reading, expectation.entries);
    case 'open':
      return openFindings(reading);
    case 'signs-of-life':
      return signsOfLifeFindings(reading, expectation.atLeast);
    case 'history':
      return historyFindings(reading, cast.idOf(expectation.of), people);
    case 'as-of': {
      const sort = cast.isTask(expectation.of) ? 'task' : 'workflow';
      return asOfFindings(reading, `/${sort}-executions/${cast.idOf(expectation.of)}`, people);
    }
    case 'family':
      return familyFindings(reading, expectation.members.map(cast.idOf));
  }
}
