import { createMemoryStore } from '@flovyn/engine/memory';
import { storeConformance } from '../src/index.js';

storeConformance('memory', async () => {
  const store = createMemoryStore();
  return { open: async () => store, drop: async () => undefined };
});
