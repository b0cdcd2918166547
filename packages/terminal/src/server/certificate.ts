import { createHash } from 'node:crypto';
import { WrongUsage } from '../failure.ts';

/** The fingerprint of a certificate as servers and browsers show it: SHA-256, `AB:CD:…`. */
export function fingerprint(der: Uint8Array): string {
  return pairs(createHash('sha256').update(der).digest('hex'));
}

/** A fingerprint that somebody typed: hexadecimal with or without colons, or base64url as probes have it. @throws WrongUsage */
export function parsePin(text: string): string {
  const hex = text.replace(/^sha-?256[:/ ]/i, '').replace(/[:\s]/g, '');
  if (/^[0-9a-f]{64}$/i.test(hex)) return pairs(hex);
  const bytes = Buffer.from(text, 'base64url');
  if (/^[\w-]{43}$/.test(text) && bytes.length === 32) return pairs(bytes.toString('hex'));
  throw new WrongUsage('pin.wrong');
}

function pairs(hex: string): string {
  return hex.toUpperCase().match(/../g)!.join(':');
}
