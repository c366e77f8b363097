import { defineChecks } from '../../vitest.shared.js';

export default defineChecks({ producers: { include: ['test/producers.test.ts'] } });
