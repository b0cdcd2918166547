import { readFileSync } from 'node:fs';
import { causeOf } from '../file-cause.ts';
import { asCaller } from '../owner.ts';
import { Failure } from './failure.ts';

const mostBytes = 16 * 1024 * 1024;

/** The password on standard input, without the end of its line. */
export async function passwordFromStdin(): Promise<string> {
  const password = (await readStdin()).toString('utf8').replace(/\r?\n$/, '');
  if (password === '') throw new Failure('There is no password on standard input. Pipe one in: printf %s "$PASSWORD" | nester …');
  return password;
}

/** A text file, or standard input for `-`. What is not UTF-8 is read as windows-1252, which spreadsheets on Windows write. */
export async function readText(file: string): Promise<string> {
  const bytes = file === '-' ? await readStdin() : readBytes(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function readBytes(file: string): Buffer {
  try {
    return asCaller(() => readFileSync(file));
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${causeOf(error)}.`);
  }
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) throw new Failure('Standard input is too long.');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
