import { createMemoryStore } from '@flovyn/engine/memory';
import { engineConformance } from '../src/index.js';

engineConformance('memory', async () => {
  const store = createMemoryStore();
  return { open: async () => store, drop: async () => undefined };
});
