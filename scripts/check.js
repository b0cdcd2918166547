import { become } from './runtime.js';

become('scripts/checks.ts', process.argv.slice(2));
