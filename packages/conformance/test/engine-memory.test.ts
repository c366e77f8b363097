import { createMemoryStore } from '@flovyn/engine/memory';
import { engineConformance } from '../src/index.js';

engineConformance('memory', async () => createMemoryStore());
