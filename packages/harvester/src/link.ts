import { machineDigest } from './clone.ts';
import { ownNetworks, thisMachine } from './discover/machine.ts';
import { Endpoint } from './endpoint.ts';
import type { Identity, ProbeKey } from './identity.ts';
import type { Log } from './log.ts';
import { proxyFor } from './proxy.ts';
import { Sender } from './sender.ts';
import type { Spool } from './spool.ts';
import { Uplink, type UplinkParts } from './uplink.ts';

/** How Nester is reached, where that is not as the probe was enrolled. */
export interface NesterWay {
  /** Where it is now. */
  readonly url?: string;
  readonly pin?: string;
  /** The address of an HTTP proxy, or `off`; what the environment says when absent. */
  readonly proxy?: string;
}

interface LinkParts
  extends Pick<
    UplinkParts,
    'now' | 'version' | 'state' | 'heartbeatMs' | 'policy' | 'badPolicy' | 'separated' | 'scanAsked' | 'down' | 'diagnostic'
  > {
  readonly identity: Identity;
  readonly key: ProbeKey;
  readonly way: NesterWay;
  readonly spool: Spool;
  readonly log: Log;
  backlogKbps(): number;
  /** Something may be otherwise now. */
  told(): void;
  machineDigest?: () => string;
  clonedMs?: number;
}

/** Where Nester is for this identity. */
export function endpointOf(identity: Identity, way: NesterWay): Endpoint {
  const url = way.url ?? identity.url;
  return new Endpoint(
    url,
    way.url === undefined ? identity.pin : (way.pin ?? identity.pin),
    proxyFor(new URL(url), way.proxy, process.env),
  );
}

/** All that ties a probe to Nester by one identity: the line, and the reports that go out beside it. */
export class Link {
  readonly uplink: Uplink;
  readonly #sender: Sender;
  readonly endpoint: Endpoint;

  constructor(parts: LinkParts) {
    const { identity, key, log, spool } = parts;
    const { probeId } = identity;
    this.endpoint = endpointOf(identity, parts.way);
    const digest = parts.machineDigest ?? machineDigest;
    let machine = digest();
    this.uplink = new Uplink({
      ...parts,
      endpoint: this.endpoint,
      probeId,
      // Looked at anew for each connection: a machine may be copied while it runs.
      machine: () => {
        machine = digest();
        return { name: thisMachine().name, networks: ownNetworks(), machine };
      },
      live: () => this.#sender.wake(),
    });
    this.#sender = new Sender({
      spool,
      log,
      upload: {
        endpoint: this.endpoint,
        probeId,
        key,
        get machine() {
          return machine;
        },
        reportKey: () => this.uplink.reportKey,
        now: () => this.uplink.nesterNow(),
      },
      backlogKbps: parts.backlogKbps,
      done: parts.told,
    });
  }

  start(): void {
    this.uplink.start();
    this.#sender.wake();
  }

  /** There is something to send. */
  wake(): void {
    this.#sender.wake();
  }

  async stop(): Promise<void> {
    this.uplink.stop();
    await this.#sender.stop();
    this.endpoint.close();
  }
}
