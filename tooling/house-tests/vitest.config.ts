import { defineChecks } from '../../vitest.shared.js';

// A house is three processes that mostly wait for each other: three houses at a time keep two cores busy.
export default defineChecks({ observed: { include: ['test/every-event.test.ts'] } }, { maxWorkers: 3 });
