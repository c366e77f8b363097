import { modelConformance } from '@flovyn/conformance';
import { testDatabase } from './stores.js';

modelConformance('PostgreSQL', testDatabase, { runs: 25, moves: 40, lookEvery: 3 });
