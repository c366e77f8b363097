export { type TestDatabase, engineConformance } from './engine.js';
export { storeConformance } from './store.js';
export type { MakeStores, StoreMaker } from './store/bench.js';
