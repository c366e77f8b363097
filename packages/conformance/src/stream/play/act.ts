import type { Step } from '../vocabulary.js';
import { ask } from './ask.js';
import { read } from './read.js';
import { workInSession } from './session-work.js';
import type { Stage } from './stage.js';
import { work } from './work.js';

/** Does one step of a case. @throws {Error} when it cannot be done before the limit. */
export async function act(step: Step, stage: Stage, limit: AbortSignal): Promise<void> {
  switch (step.do) {
    case 'start-workflow':
    case 'start-task':
    case 'signal':
    case 'cancel':
    case 'retry':
    case 'settle-promise':
      return ask(step, stage);
    case 'turn':
    case 'take':
    case 'say':
    case 'report':
    case 'complete':
    case 'fail':
      return work(step, stage, limit);
    case 'session-take':
    case 'session-say':
    case 'session-complete':
    case 'session-fail':
      return workInSession(step, stage, limit);
    default:
      return read(step, stage, limit);
  }
}
