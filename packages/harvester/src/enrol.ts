import { commands, errorSentence } from '@aerie/contract';
import { thisMachine } from './discover/machine.ts';
import { Endpoint } from './endpoint.ts';
import { Failure, oneLine } from './failure.ts';
import { type Identity, isEnrolled, keepIdentity, ProbeKey } from './identity.ts';
import { keepPolicy } from './policy-file.ts';

/** Splits `CODE.PIN`, as a Nester with a certificate of its own gives it. */
export function parseCode(text: string): { code: string; pin?: string } {
  const [code = '', pin, ...more] = text.trim().split('.');
  if (code === '' || more.length > 0 || (pin !== undefined && !/^[\w-]{43}$/.test(pin)))
    throw new Failure('This is not a whole enrolment code. Copy the line of the site’s page once more.');
  return pin === undefined ? { code } : { code, pin };
}

/**
 * Joins a site: makes a key, sends its public half with the one-time code, and keeps what Nester answers.
 * @throws Failure
 */
export async function enrol(
  folder: string,
  url: string,
  codeText: string,
  { force, version }: { force: boolean; version: string },
): Promise<Identity> {
  if (isEnrolled(folder) && !force) {
    throw new Failure(`A probe is enrolled in ${folder} already. Give another folder with --data, or replace it with --force.`);
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Failure(`"${url}" is not an address of a Nester. Write https://HOST:PORT.`);
  const { code, pin } = parseCode(codeText);
  const { key, pem } = ProbeKey.create();
  const input = { code, publicKey: key.publicKey, name: thisMachine().name, version };
  const answer = await new Endpoint(url, pin)
    .post('/api/probe.enrol', { 'content-type': 'application/json' }, Buffer.from(JSON.stringify(input)))
    .catch(error => {
      throw new Failure(`Nester at ${url} cannot be reached: ${oneLine(error)}.`);
    });
  if (answer.status !== 200) throw new Failure(refusal(answer, url));
  const joined = commands['probe.enrol'].output.safeParse(answer.body);
  if (!joined.success) throw new Failure(`What answers at ${url} is not a Nester that this Harvester knows. Are both of the same version?`);
  const { probeId, siteCode, siteName, policy } = joined.data;
  const identity: Identity = { v: 1, url: url.replace(/\/+$/, ''), ...(pin ? { pin } : {}), probeId, siteCode, siteName };
  keepPolicy(folder, policy);
  keepIdentity(folder, identity, pem);
  return identity;
}

function refusal({ status, body }: { status: number; body: unknown }, url: string): string {
  const error = (body as { error?: { code?: string; message?: unknown } } | undefined)?.error;
  if (error?.code === 'code_invalid') return errorSentence('code_invalid');
  if (typeof error?.message === 'string') return error.message.slice(0, 300);
  return `What answers at ${url} is not a Nester (HTTP ${status}). Check the address.`;
}
