import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstPolicy, keptPolicy, type Policy } from '@aerie/contract/reports';
import { writeDurably } from './files.ts';

const file = (folder: string) => join(folder, 'policy.json');

/** Keeps the policy for the next start, which may be without a network. */
export function keepPolicy(folder: string, policy: Policy): void {
  writeDurably(file(folder), `${JSON.stringify(policy, null, 2)}\n`);
}

/** The policy that was last given; loopback alone when none was, or when it cannot be read. */
export function readPolicy(folder: string): Policy {
  try {
    return keptPolicy(readFileSync(file(folder), 'utf8'));
  } catch {
    return firstPolicy;
  }
}
