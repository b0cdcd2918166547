import type { CompiledQuery, Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';

/** A sealed text where it is kept. */
export interface KeptSecret {
  /** What it was sealed for. */
  purpose: string;
  sealed: string;
  /** What people know it by. */
  what: string;
  /** Puts another in its place, unless it was changed meanwhile; null: none. */
  replace(sealed: string | null): CompiledQuery;
}

/** Names of settings whose values are sealed. */
const sealedSettings = ['mail.password'];

/** All that is sealed, wherever it is kept. */
export async function keptSecrets(db: Kysely<Tables>): Promise<KeptSecret[]> {
  const settings = await db.selectFrom('setting').selectAll().where('name', 'in', sealedSettings).execute();
  const routes = await db.selectFrom('route').select(['route_id', 'name', 'secret']).where('secret', 'is not', null).execute();
  return [
    ...settings.map(({ name, value }) => ({
      purpose: name,
      sealed: value,
      what: 'the password of the mail server',
      replace: (sealed: string | null) =>
        sealed === null
          ? db.deleteFrom('setting').where('name', '=', name).where('value', '=', value).compile()
          : db.updateTable('setting').set({ value: sealed }).where('name', '=', name).where('value', '=', value).compile(),
    })),
    ...routes.map(({ route_id, name, secret }) => ({
      purpose: `route:${route_id}`,
      sealed: secret!,
      what: `the secret of the webhook “${name}”`,
      replace: (sealed: string | null) =>
        db.updateTable('route').set({ secret: sealed }).where('route_id', '=', route_id).where('secret', '=', secret).compile(),
    })),
  ];
}
