import { become } from './runtime.js';

become('scripts/suite.ts', process.argv.slice(2));
