import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';

/** How this machine is looked at; tests give their own. */
export interface MachineFacts {
  read(path: string): string;
  readlink(path: string): string;
  hostname(): string;
  macs(): string[];
}

const factsHere: MachineFacts = {
  read: path => readFileSync(path, 'utf8'),
  readlink: path => readlinkSync(path),
  hostname,
  macs: () =>
    Object.values(networkInterfaces())
      .flatMap(list => list ?? [])
      .filter(({ internal }) => !internal)
      .map(({ mac }) => mac),
};

/**
 * A digest of what makes this running machine itself: its boot, its name, its network cards, its namespaces, its id. A copy of
 * a virtual machine or of a folder differs in at least one of them. It says nothing of what it was made from.
 */
export function machineDigest(facts: MachineFacts = factsHere): string {
  const parts = [
    quietly(() => facts.read('/proc/sys/kernel/random/boot_id').trim()),
    facts.hostname(),
    [...new Set(facts.macs())].sort(),
    quietly(() => facts.readlink('/proc/self/ns/net')),
    quietly(() => facts.readlink('/proc/self/ns/pid')),
    quietly(() => facts.read('/etc/machine-id').trim()),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/** What another system than Linux does not tell is left out. */
function quietly(look: () => string): string {
  try {
    return look();
  } catch {
    return '';
  }
}
