#!/usr/bin/env node
import { become, probeFlags } from '../../../scripts/runtime.js';

become('packages/harvester/src/main.ts', process.argv.slice(2), probeFlags);
