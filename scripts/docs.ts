import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { protocolDocument } from '@aerie/contract';

/** Writes docs/protocol.md from the contract; a test keeps the two the same. */
writeFileSync(fileURLToPath(new URL('../docs/protocol.md', import.meta.url)), protocolDocument());
