export { engineConformance } from './engine.js';
