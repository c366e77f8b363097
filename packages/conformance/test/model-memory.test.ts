import { createMemoryStore } from '@flovyn/engine/memory';
import { modelConformance } from '../src/index.js';

modelConformance('memory', async () => {
  const store = createMemoryStore();
  return { open: async () => store, drop: async () => undefined };
});
