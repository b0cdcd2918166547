import type { Config } from '../../config.ts';
import { type Finding, good, note, wrong } from '../finding.ts';

/** Whose word Nester takes for where people come from. */
export function checkProxyTrust(config: Config, nginx: boolean): Finding[] {
  const findings: Finding[] = [];
  const loopback = (host: string) => /^(127\.|::1$|localhost$)/.test(host);
  const listensOnAll = !loopback(config.http.host);
  const isBehind = nginx || (config.publicUrl?.startsWith('https:') === true && !config.httpTls);
  const setLocal = 'Set trustProxy = ["127.0.0.1"] (AERIE_TRUST_PROXY), then restart Nester.';
  if (isBehind && config.trustProxy.length === 0)
    findings.push(wrong('A proxy stands before Nester and is not trusted: everybody seems to come from one address', setLocal));
  for (const trusted of config.trustProxy) {
    if (trusted.includes('/') || /^(0\.0\.0\.0|::|\*)$/.test(trusted))
      findings.push(wrong(`AERIE_TRUST_PROXY names "${trusted}": only single addresses can be trusted, each that of a proxy`, setLocal));
    else if (nginx && !loopback(trusted))
      findings.push(
        note(
          `AERIE_TRUST_PROXY also believes ${trusted}`,
          'Right if another proxy of yours stands there; otherwise that machine can forge addresses.',
        ),
      );
  }
  if (!isBehind && config.trustProxy.length > 0 && listensOnAll)
    findings.push(
      note(
        `AERIE_TRUST_PROXY believes ${config.trustProxy.join(', ')}, and people reach Nester past that proxy too`,
        'Listen on 127.0.0.1 only (AERIE_HTTP) when the proxy is on this machine.',
      ),
    );
  if (nginx && listensOnAll && !config.httpTls)
    findings.push(
      wrong(
        `Nester listens on ${config.http.host}:${config.http.port} in clear, past nginx`,
        'Set http = "127.0.0.1:3000" (AERIE_HTTP), then restart Nester.',
      ),
    );
  if (isBehind && findings.length === 0) findings.push(good(`Believed to say who asks: ${config.trustProxy.join(', ')}`));
  return findings;
}
