import { generateKeyPairSync } from 'node:crypto';
import { firstPolicy } from '@aerie/contract';
import { newSiteRow } from '../../packages/nester/src/sites/sites.ts';
import { openStore } from '../../packages/nester/src/store/store.ts';

/** A probe as the load plays it. */
export interface SeededProbe {
  probeId: string;
  /** PKCS 8, PEM. */
  key: string;
}

/** Makes a data folder with so many sites of one enrolled probe each. */
export async function seedSites(folder: string, sites: number): Promise<SeededProbe[]> {
  const at = Date.now();
  const store = await openStore({ folder });
  const probes: SeededProbe[] = [];
  try {
    for (let n = 1; n <= sites; n++) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const [siteId, probeId] = [`site-${n}`, `probe-${n}`];
      const row = newSiteRow({ siteId, code: `S${n}`, name: `Site ${n}`, policy: firstPolicy, at });
      await store.write.insertInto('site').values(row).execute();
      await store.write
        .insertInto('probe')
        .values({
          probe_id: probeId,
          site_id: siteId,
          public_key: publicKey.export({ format: 'jwk' }).x!,
          name: 'bench',
          version: '0.1.0',
          networks: '[]',
          address: '127.0.0.1',
          enrolled_at: at,
          last_contact_at: null,
          revoked_at: null,
          policy_version: null,
          spool_depth: 0,
          clock_skew_ms: null,
          machine: null,
          clone: null,
          separation: null,
        })
        .execute();
      probes.push({ probeId, key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string });
    }
  } finally {
    await store.close();
  }
  return probes;
}

/** How many reports a data folder holds, and how many different ones. */
export async function storedReports(folder: string): Promise<number> {
  const store = await openStore({ folder });
  try {
    const { n } = await store.read
      .selectFrom('report')
      .select(eb => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    return Number(n);
  } finally {
    await store.close();
  }
}
