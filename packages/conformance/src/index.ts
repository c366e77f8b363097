export { type TestDatabase, engineConformance } from './engine.js';
export { storeConformance } from './store.js';
