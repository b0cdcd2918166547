#!/usr/bin/env node
import { become } from '../../../scripts/runtime.js';

become('packages/terminal/src/main.ts', process.argv.slice(2));
