import { defineChecks } from '../../vitest.shared.js';

export default defineChecks({ size: { include: ['test/bundle.test.ts'] } });
