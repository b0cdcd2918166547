import { createHash } from 'node:crypto';
import { type Archive, machines } from './archives.ts';

interface Source {
  /** Nester's public address. */
  url: string;
  /** Whether its certificate vouches for itself. */
  isSelfSigned: boolean;
}

/** The script that brings a Harvester onto a machine: the template with what this Nester has. */
export function installScript(template: string, { url, isSelfSigned }: Source, version: string, archives: readonly Archive[]): string {
  const cases = archives.map(
    ({ name, machine, bytes, sha256 }) => `  ${machines[machine]}) archive=${quoted(name)} bytes=${bytes} sum=${sha256} ;;`,
  );
  const values: Record<string, string> = {
    URL: quoted(url),
    VERSION: quoted(version),
    SELF_SIGNED: isSelfSigned ? '1' : '0',
    ARCHIVES: cases.join('\n'),
    MACHINES: archives.map(({ machine }) => machines[machine]).join(', '),
  };
  return template.replaceAll(/@([A-Z_]+)@/g, (all, name: string) => values[name] ?? all);
}

/**
 * What is pasted on a machine that is to be a probe: it fetches that script, checks it, and runs it as root.
 *
 * The sum in the line is what is trusted: the line is copied from a page behind a log-in. So the script may come over plain HTTP,
 * or from a certificate that nobody vouches for, and what is not that script is not run; the script holds the archive's sum.
 * The code goes by the shell's own printf into standard input: it stands in no list of arguments, which everybody on the machine
 * can read. It works in shells of the POSIX kind, with curl or wget, with sudo or as root.
 */
export function installLine(script: string, { url, isSelfSigned }: Source, code: string): string {
  const address = quoted(`${url}/probe/install.sh`);
  const [curl, wget] = isSelfSigned ? ['-fsSk', '-nv --no-check-certificate'] : ['-fsS', '-nv'];
  const sum = createHash('sha256').update(script).digest('hex');
  return (
    `(u=${address} f=$(mktemp) && trap 'rm -f "$f"' EXIT && ` +
    `if command -v curl >/dev/null; then curl ${curl} -o "$f" "$u"; else wget ${wget} -O "$f" "$u"; fi && ` +
    `echo "${sum}  $f" | sha256sum -c --quiet && printf '%s\\n' ${quoted(code)} | $(command -v sudo >/dev/null && echo sudo) sh "$f")`
  );
}

/** A word of the shell that stands for exactly this text. */
function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
