import { isUtf8 } from 'node:buffer';
import { depthOf } from '../json-depth.ts';
import { cleanText } from '../sites/texts.ts';
import { Unreadable } from './reasons.ts';

/** Deepest nesting of any shape is eight. */
const deepest = 32;

const windows1252 = new TextDecoder('windows-1252');

/**
 * The text that a file holds, without its byte order mark: UTF-8, UTF-16 as Windows writes it, otherwise Windows-1252.
 * @throws Unreadable
 */
export function textOfBytes(bytes: Uint8Array): string {
  const text = decoded(bytes).replace(/^\ufeff+/, '');
  if (text.trim() === '') throw new Unreadable('empty');
  if (text.includes('\0')) throw new Unreadable('not_text');
  return text;
}

function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  // Without a mark: the first letter of JSON or XML is one of ASCII.
  if (first !== 0 && second === 0) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0 && second !== 0 && second !== undefined) return new TextDecoder('utf-16be').decode(bytes);
  return isUtf8(bytes) ? new TextDecoder('utf-8').decode(bytes) : windows1252.decode(bytes);
}

/**
 * The JSON value of a text.
 * @throws Unreadable
 */
export function jsonOf(text: string): unknown {
  if (depthOf(text) > deepest) throw new Unreadable('too_deep', { most: deepest });
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable('not_json');
  }
}

/** The beginning of a file as it is shown: lines and tabs stay, what has no business in a text does not. */
export function cleanHead(bytes: Uint8Array): string {
  return decoded(bytes)
    .split(/\r\n|[\r\n]/)
    .map(line => line.split('\t').map(cleanText).join('\t'))
    .join('\n')
    .toWellFormed();
}
