import { commands, errorSentence } from '@aerie/contract';
import type { Policy } from '@aerie/contract/reports';
import { thisMachine } from './discover/machine.ts';
import { Endpoint } from './endpoint.ts';
import { Failure, oneLine } from './failure.ts';
import { type Identity, isEnrolled, keepIdentity, ProbeKey } from './identity.ts';
import { keepPolicy } from './policy-file.ts';
import { proxyFor } from './proxy.ts';

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
  { force, version, proxy }: { force: boolean; version: string; proxy?: string },
): Promise<Identity> {
  if (isEnrolled(folder) && !force) {
    throw new Failure(`A probe is enrolled in ${folder} already. Give another folder with --data, or replace it with --force.`);
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Failure(`"${url}" is not an address of a Nester. Write https://HOST:PORT.`);
  const { code, pin } = parseCode(codeText);
  const endpoint = new Endpoint(url, pin, proxyFor(new URL(url), proxy, process.env));
  try {
    const joined = await joinSite(endpoint, code, version);
    const identity: Identity = { v: 1, url: url.replace(/\/+$/, ''), ...(pin ? { pin } : {}), ...joined.site };
    keepPolicy(folder, joined.policy);
    keepIdentity(folder, identity, joined.pem);
    return identity;
  } finally {
    endpoint.close();
  }
}

interface Joined {
  readonly site: Pick<Identity, 'probeId' | 'siteCode' | 'siteName'>;
  readonly policy: Policy;
  /** The new key. */
  readonly pem: string;
}

/**
 * Makes a key and sends its public half with a one-time code. Nothing is kept yet.
 * @throws Failure
 */
export async function joinSite(endpoint: Endpoint, code: string, version: string): Promise<Joined> {
  const url = endpoint.url.href.replace(/\/+$/, '');
  const { key, pem } = ProbeKey.create();
  const input = { code, publicKey: key.publicKey, name: thisMachine().name, version };
  const answer = await endpoint
    .post('/api/probe.enrol', { 'content-type': 'application/json' }, Buffer.from(JSON.stringify(input)))
    .catch(error => {
      throw new Failure(`Nester at ${url} cannot be reached: ${oneLine(error)}.`);
    });
  if (answer.status !== 200) throw new Failure(refusal(answer, url));
  const joined = commands['probe.enrol'].output.safeParse(answer.body);
  if (!joined.success) throw new Failure(`What answers at ${url} is not a Nester that this Harvester knows. Are both of the same version?`);
  const { policy, ...site } = joined.data;
  return { site, policy, pem };
}

function refusal({ status, body }: { status: number; body: unknown }, url: string): string {
  const error = (body as { error?: { code?: string; message?: unknown } } | undefined)?.error;
  if (error?.code === 'code_invalid') return errorSentence('code_invalid');
  if (typeof error?.message === 'string') return error.message.slice(0, 300);
  return `What answers at ${url} is not a Nester (HTTP ${status}). Check the address.`;
}
