import { defineChecks } from '../../vitest.shared.js';

export default defineChecks({
  breaking: { include: ['test/breaking.test.ts'] },
  proto: { include: ['test/enums.test.ts'] },
});
