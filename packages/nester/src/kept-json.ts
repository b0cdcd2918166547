import { randomUUID } from 'node:crypto';

/** No text that anybody sends can hold it. */
const secret = randomUUID();
const quoted = new RegExp(`"${secret} (\\d+)"`);

/** While a frame is put together: the kept parts that it holds. */
let parts: Buffer[] | undefined;

/**
 * A value whose JSON is made once, however many frames it is sent in: a list that every log-in gets is made into text
 * once a change, not once a log-in. The value must not change any more; to `JSON.stringify` it looks as it always did.
 */
export function keepJson<T extends object>(value: T): T {
  let bytes: Buffer | undefined;
  const toJSON = () => {
    if (!parts) return value;
    if (!bytes) {
      const outer = parts;
      parts = undefined;
      bytes = Buffer.from(JSON.stringify(value));
      parts = outer;
    }
    return `${secret} ${parts.push(bytes) - 1}`;
  };
  return Object.defineProperty(value, 'toJSON', { value: toJSON, enumerable: false });
}

/** A frame's line; when it holds kept parts, these and the text between them. */
export function frameLine(frame: object): string | (Buffer | string)[] {
  const held: Buffer[] = [];
  parts = held;
  let text: string;
  try {
    text = `${JSON.stringify(frame)}\n`;
  } finally {
    parts = undefined;
  }
  if (held.length === 0) return text;
  return text.split(quoted).map((piece, i) => (i % 2 === 0 ? piece : held[Number(piece)]!));
}
