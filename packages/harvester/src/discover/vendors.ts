import { readFileSync } from 'node:fs';
import { clean } from '../scan/findings.ts';

/** Where nmap's packages put their list of prefixes. */
const files = ['/usr/share/nmap/nmap-mac-prefixes', '/usr/local/share/nmap/nmap-mac-prefixes'];

/** Tells the maker of a network card from its hardware address. */
export type VendorOf = (mac: string) => string | null;

/** Reads nmap's list; undefined where there is none. */
export function readVendors(paths: readonly string[] = files): VendorOf | undefined {
  for (const path of paths) {
    try {
      return vendorsIn(readFileSync(path, 'utf8'));
    } catch {
      // The next place may have it.
    }
  }
  return undefined;
}

/** Lines such as `3CD92B Hewlett Packard`: six digits, and seven or nine where a block is shared out further. */
export function vendorsIn(text: string): VendorOf {
  const vendors = new Map<string, string>();
  for (const [, prefix, name] of text.matchAll(/^([0-9A-F]{6,9}) (.+)$/gm)) vendors.set(prefix!, name!);
  return mac => {
    const digits = mac.replaceAll(':', '').toUpperCase();
    const name = [9, 7, 6].map(length => vendors.get(digits.slice(0, length))).find(found => found !== undefined);
    return clean(name, 200);
  };
}
