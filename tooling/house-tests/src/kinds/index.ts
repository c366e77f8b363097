import type { FlovynClient } from '@flovyn/sdk';
import { answer, aroundWaits } from './control-flow.js';
import { emitEverything, emitWithState } from './emit.js';
import { dynasty } from './families.js';
import { gather, gatherAll } from './gather.js';
import {
  apprentice,
  approval,
  careful,
  conversation,
  endless,
  fickle,
  foreman,
  guardian,
  hurried,
  impatient,
  nested,
  racer,
  resigning,
  sleeper,
  stubborn,
  tardy,
  tidyUp,
} from './steering.js';
import { narrate, narrateTogether } from './streaming.js';
import { workOffOrders } from './user-streams.js';

export { type Narration, narrate, narrateTogether, wordOf } from './streaming.js';
export type { Dynasty } from './families.js';
export { orders, remarks, workOffOrders } from './user-streams.js';
export { gatherAll } from './gather.js';
export { emissionsOf, emitEverything, emitWithState } from './emit.js';
export { aroundWaits, pieces } from './control-flow.js';

/** Everything the journeys run. */
export function registerAll(worker: FlovynClient): void {
  worker.registerTask(narrate);
  worker.registerTask(workOffOrders);
  worker.registerWorkflow(narrateTogether);
  worker.registerWorkflow(dynasty);
  worker.registerTask(gather);
  worker.registerWorkflow(gatherAll);
  worker.registerTask(emitEverything);
  worker.registerWorkflow(emitWithState);
  worker.registerTask(answer);
  worker.registerWorkflow(aroundWaits);
  worker.registerTask(endless);
  worker.registerTask(tidyUp);
  worker.registerWorkflow(sleeper);
  worker.registerWorkflow(approval);
  worker.registerWorkflow(conversation);
  worker.registerWorkflow(nested);
  worker.registerWorkflow(careful);
  worker.registerWorkflow(guardian);
  worker.registerWorkflow(impatient);
  worker.registerWorkflow(stubborn);
  worker.registerWorkflow(hurried);
  worker.registerWorkflow(tardy);
  worker.registerWorkflow(fickle);
  worker.registerWorkflow(resigning);
  worker.registerWorkflow(apprentice);
  worker.registerWorkflow(foreman);
  worker.registerWorkflow(racer);
}
